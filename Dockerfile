# Image of the gateway: unprivileged user, only /tmp and the state are writable, stopped by SIGTERM.
#
#   docker build -t stillgate .                                          from the sources, with Maven
#   docker build -t stillgate --build-arg DISTRIBUTION=unpacked .        from proxy/target/stillgate-*.tar.gz
#
#   docker run --read-only --tmpfs /tmp:exec -v $PWD/config:/etc/stillgate:ro -v state:/var/lib/stillgate \
#       -e STILLGATE_HASH_SECRET -p 8080:8080 --stop-timeout 630 stillgate
#
# The base images are build arguments. They need bash with coreutils and sed, and a JDK or JRE 25 or newer.
ARG BUILD_IMAGE=maven:3-eclipse-temurin-25
ARG RUNTIME_IMAGE=eclipse-temurin:25-jre
ARG DISTRIBUTION=built

FROM ${BUILD_IMAGE} AS built
WORKDIR /src
COPY . .
RUN rm -f proxy/target/stillgate-*.tar.gz \
    && mvn -q -B -ntp -Pdist -DskipTests -pl proxy -am package \
    && mkdir /distribution \
    && tar -xzf proxy/target/stillgate-*.tar.gz -C /distribution --strip-components=1

FROM ${RUNTIME_IMAGE} AS unpacked
# Uses the newest archive, because older versions may be left over.
COPY proxy/target/stillgate-*.tar.gz /
RUN mkdir /distribution && tar -xzf "$(ls -t /stillgate-*.tar.gz | head -n 1)" -C /distribution --strip-components=1

FROM ${DISTRIBUTION} AS distribution
RUN mkdir -p /image/etc /image/opt /image/var/lib/stillgate \
    && mv /distribution /image/opt/stillgate \
    && cp -r /image/opt/stillgate/config /image/etc/stillgate \
    && cp /image/opt/stillgate/config/deploy/container/stillgate.yaml /image/etc/stillgate/stillgate.yaml \
    && rm -r /image/etc/stillgate/deploy \
    && chmod -R a+rX,go-w /image \
    && chown 10001:10001 /image/var/lib/stillgate

FROM ${RUNTIME_IMAGE}
LABEL org.opencontainers.image.title="Stillgate" \
      org.opencontainers.image.description="A reverse proxy in front of a model API that makes industrial distillation slow, visible and provable." \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=distribution /image /

# Half of the container's memory is heap; the rest is for socket buffers, code and off-heap tables of filters.
# G1 is set explicitly, because a JVM with one core or little memory would choose a collector with long pauses.
ENV STILLGATE_JAVA_OPTS="-XX:MaxRAMPercentage=50 -XX:+UseG1GC -XX:-UsePerfData" \
    STILLGATE_CONFIG_DIR=/etc/stillgate \
    STILLGATE_ADMIN=http://127.0.0.1:9090
# A cache of loaded classes and hot methods, for these options and this JVM.
RUN /opt/stillgate/bin/stillgate train
USER 10001:10001
WORKDIR /var/lib/stillgate
VOLUME /var/lib/stillgate
EXPOSE 8080
# The first SIGTERM drains: readiness 503, no new connections, exchanges in progress complete. Allow for it with
# --stop-timeout.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["/opt/stillgate/bin/stillgate", "healthcheck"]
ENTRYPOINT ["/opt/stillgate/bin/stillgate"]
CMD ["run", "--config", "/etc/stillgate/stillgate.yaml"]
