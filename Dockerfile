# Trapline's packages, for whoever has no Debian 12: see docs/systems.md.
#   docker build -t trapline . && docker run --rm -it -v "$PWD:/trapline" trapline make demo
FROM debian:12
ENV XDG_CACHE_HOME=/var/cache/headers
COPY tools/doctor tools/packages tools/i386 /opt/trapline/tools/
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends make git ca-certificates
RUN /opt/trapline/tools/doctor demo bochs gdb tour plot grade check
WORKDIR /trapline
CMD ["bash"]
