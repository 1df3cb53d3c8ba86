# Image of the gateway: a Java runtime, the gateway and its libraries, without a shell or any other program. It runs as an
# unprivileged user, only /tmp and the state are writable, and SIGTERM stops it.
#
#   docker build -t stillgate .                                          from the sources, with Maven
#   docker build -t stillgate --build-arg DISTRIBUTION=unpacked .        from proxy/target/stillgate-*.tar.gz
#
#   docker run --read-only --tmpfs /tmp:exec -v $PWD/gateway:/etc/stillgate:ro -v state:/var/lib/stillgate \
#       -e STILLGATE_HASH_SECRET -p 8080:8080 --stop-timeout 630 stillgate
#   docker exec NAME java @/opt/stillgate/bin/verb.args VERB ...         any verb, beside a running gateway
#
# gateway/ has config/deploy/container/stillgate.yaml and a policy.yaml of your own, readable by user 10001:
# config/deploy/README.md.
#
# The base images are build arguments. The first two need bash, coreutils, sed and a JDK 25 or newer in JAVA_HOME. The last
# one needs glibc, libgcc and libstdc++.
ARG BUILD_IMAGE=maven:3-eclipse-temurin-25
ARG JDK_IMAGE=eclipse-temurin:25
ARG RUNTIME_IMAGE=gcr.io/distroless/cc-debian12
ARG DISTRIBUTION=built

FROM ${BUILD_IMAGE} AS built
WORKDIR /src
COPY . .
RUN rm -f proxy/target/stillgate-*.tar.gz \
    && mvn -q -B -ntp -Pdist -Dmaven.test.skip=true -pl proxy -am package \
    && mkdir /distribution \
    && tar -xzf proxy/target/stillgate-*.tar.gz -C /distribution --strip-components=1

FROM ${JDK_IMAGE} AS unpacked
# Uses the newest archive, because older versions may be left over.
COPY proxy/target/stillgate-*.tar.gz /
RUN mkdir /distribution && tar -xzf "$(ls -t /stillgate-*.tar.gz | head -n 1)" -C /distribution --strip-components=1

FROM ${DISTRIBUTION} AS distribution
# The Java runtime: the modules of the gateway, those that plugins of your own are likely to need, and jcmd. The library zlib
# is copied where the JDK uses that of the system.
ARG JAVA_MODULES=java.compiler,java.instrument,java.logging,java.management,java.naming,java.net.http,java.security.jgss,java.security.sasl,java.sql,java.xml,java.xml.crypto,jdk.crypto.ec,jdk.httpserver,jdk.jcmd,jdk.jfr,jdk.management,jdk.management.agent,jdk.net,jdk.unsupported,jdk.zipfs
RUN "$JAVA_HOME/bin/jlink" --add-modules "$JAVA_MODULES" --strip-java-debug-attributes --no-header-files --no-man-pages --output /image/opt/java \
    && ldd /image/opt/java/bin/java | sed -n 's/.*=> \(.*libz\.so\.1\) .*/\1/p' \
        | while read -r library; do cp -L "$library" /image/opt/java/lib/; done
# The list of components gets the Java runtime and the base image.
ARG RUNTIME_IMAGE
RUN "$JAVA_HOME/bin/java" -cp '/distribution/lib/*' /distribution/config/deploy/container/ImageSbom.java \
        /distribution/sbom.cdx.json /image/opt/java/release "$RUNTIME_IMAGE"
# The command as an argument file of java, and one with a small heap for verbs beside a gateway. The class path is a sorted list, because the cache is only valid for one order.
RUN mkdir -p /image/etc /image/var/lib/stillgate \
    && mv /distribution /image/opt/stillgate \
    && cd /image/opt/stillgate \
    && { cat bin/jvm.options; echo -Dstillgate.home=/opt/stillgate; \
        jars=$(printf ':/opt/stillgate/%s' lib/*.jar); printf '%s\n' -cp "${jars#:}" dev.stillgate.proxy.cli.Main; } > bin/train.args \
    && { echo -XX:AOTCache=/opt/stillgate/lib/stillgate.aot; cat bin/train.args; } > bin/stillgate.args \
    && { printf '%s\n' -Xms8m -Xmx128m -XX:TieredStopAtLevel=1; cat bin/stillgate.args; } > bin/verb.args \
    && rm bin/stillgate \
    && "$JAVA_HOME/bin/javac" -d bin config/deploy/container/Train.java \
    && cp -r config /image/etc/stillgate \
    && cp config/deploy/container/stillgate.yaml /image/etc/stillgate/stillgate.yaml \
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
# The JVM knows no share of the memory for direct buffers: by default they may take as much as the heap. The Helm chart adds
# a bound (MaxDirectMemorySize), a quarter of the memory limit; give the same to docker run with -e JDK_JAVA_OPTIONS.
ENV JDK_JAVA_OPTIONS="-XX:MaxRAMPercentage=50 -XX:+UseG1GC -XX:-UsePerfData" \
    JAVA_HOME=/opt/java \
    PATH=/opt/java/bin \
    STILLGATE_CONFIG_DIR=/etc/stillgate \
    STILLGATE_ADMIN=http://127.0.0.1:9090
# A cache of loaded classes and hot methods, for these options and this JVM.
RUN ["/opt/java/bin/java", "-cp", "/opt/stillgate/bin", "Train", "/opt/stillgate/lib/stillgate.aot", "/opt/java/bin/java", "@/opt/stillgate/bin/train.args"]
USER 10001:10001
WORKDIR /var/lib/stillgate
VOLUME /var/lib/stillgate
EXPOSE 8080
# The first SIGTERM drains: readiness 503, no new connections, exchanges in progress complete. Allow for it with
# --stop-timeout.
STOPSIGNAL SIGTERM
# A small JVM, whatever heap the gateway has.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["/opt/java/bin/java", "-Xms8m", "-Xmx32m", "-XX:TieredStopAtLevel=1", "@/opt/stillgate/bin/stillgate.args", "healthcheck"]
ENTRYPOINT ["/opt/java/bin/java", "@/opt/stillgate/bin/stillgate.args"]
CMD ["run", "--config", "/etc/stillgate/stillgate.yaml"]
