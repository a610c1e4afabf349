# cluster.sh: a Slurm of one node on the loopback, as whoever runs it, in a directory of its own.
# Source it: cluster_start DIR; cluster_stop ends what that has started, by its process ids.
PATH=$PATH:/usr/sbin:/sbin
cluster_pids=()

# A port of the loopback that nobody has: one below those that the system hands out.
free_port() {
	local port
	for _ in $(seq 50); do
		port=$((20000 + RANDOM % 10000))
		(: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo $port && return; }
	done
}
cluster_start() {
	local dir=$1 host me
	host=$(hostname -s) me=$(id -un)
	mkdir -p "$dir"/{state,spool,munge}
	chmod 700 "$dir/munge"
	export SLURM_CONF=$dir/slurm.conf
	dd if=/dev/urandom of="$dir/munge/key" bs=128 count=1 status=none && chmod 600 "$dir/munge/key"
	munged --foreground --force --key-file="$dir/munge/key" --socket="$dir/munge/socket" \
		--pid-file="$dir/munge/pid" --log-file="$dir/munge/log" --seed-file="$dir/munge/seed" \
		>"$dir/munged.out" 2>&1 &
	cluster_pids+=($!)
	cat >"$SLURM_CONF" <<-END
		ClusterName=trapline
		SlurmctldHost=$host(127.0.0.1)
		SlurmctldPort=$(free_port)
		SlurmdPort=$(free_port)
		SlurmUser=$me
		SlurmdUser=$me
		AuthType=auth/munge
		AuthInfo=socket=$dir/munge/socket
		CredType=cred/munge
		ProctrackType=proctrack/linuxproc
		TaskPlugin=task/none
		JobAcctGatherType=jobacct_gather/none
		AccountingStorageType=accounting_storage/none
		SwitchType=switch/none
		MpiDefault=none
		SelectType=select/cons_tres
		SelectTypeParameters=CR_CPU
		SlurmdParameters=config_overrides
		ReturnToService=2
		KillWait=2
		StateSaveLocation=$dir/state
		SlurmdSpoolDir=$dir/spool
		SlurmctldPidFile=$dir/slurmctld.pid
		SlurmdPidFile=$dir/slurmd.pid
		SlurmctldLogFile=$dir/slurmctld.log
		SlurmdLogFile=$dir/slurmd.log
		NodeName=$host NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
		PartitionName=all Nodes=$host Default=YES MaxTime=INFINITE State=UP
	END
	until_true 20 test -S "$dir/munge/socket" || return 1
	slurmctld -D >"$dir/slurmctld.out" 2>&1 &
	cluster_pids+=($!)
	until_true 30 scontrol ping || return 1
	slurmd -D >"$dir/slurmd.out" 2>&1 &
	cluster_pids+=($!)
	until_true 30 cluster_idle
}
cluster_idle() { [ "$(sinfo --noheader --format=%t)" = idle ]; }
cluster_empty() { [ -z "$(squeue --noheader)" ]; }
# What runs on account of the cluster: daemons, their steps, and what those started.
cluster_left() (
	conf=$SLURM_CONF
	unset SLURM_CONF # or those who look would be found
	grep -lszxF "SLURM_CONF=$conf" /proc/[0-9]*/environ | tr -dc '0-9\n'
)
# First the jobs; then, last started, first ended, the daemons; after a while without asking.
cluster_stop() {
	local i pid
	if [ ${#cluster_pids[@]} -gt 0 ]; then
		timeout 20 scancel --user="$(id -un)" 2>/dev/null
		until_true 20 cluster_empty
	fi
	for ((i = ${#cluster_pids[@]} - 1; i >= 0; i--)); do
		pid=${cluster_pids[i]}
		kill "$pid" 2>/dev/null
		until_true 10 eval "! kill -0 $pid" || kill -KILL "$pid"
		wait "$pid" 2>/dev/null
	done
	cluster_pids=()
	for pid in $(cluster_left); do kill -KILL "$pid" 2>/dev/null; done
}
