package dev.stillgate.proxy;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.List;

/** The directions of the house: who may know of whom. */
@AnalyzeClasses(packages = "dev.stillgate", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String PROXY = "dev.stillgate.proxy.";

    @ArchTest
    static final ArchRule LISTEN = knowsOf("listen", "exchange", "observe", "http", "http2", "config", "files");

    @ArchTest
    static final ArchRule EXCHANGE =
            knowsOf("exchange", "chain", "dialect", "relay", "observe", "recording", "http", "config", "hash");

    @ArchTest
    static final ArchRule CHAIN = knowsOf("chain", "files");

    @ArchTest
    static final ArchRule DIALECT = knowsOf("dialect", "hash");

    @ArchTest
    static final ArchRule RELAY = knowsOf("relay", "http", "http2", "files");

    @ArchTest
    static final ArchRule OBSERVE = knowsOf("observe", "chain", "files");

    @ArchTest
    static final ArchRule HTTP = knowsOf("http");

    @ArchTest
    static final ArchRule HTTP2 = knowsOf("http2", "http");

    @ArchTest
    static final ArchRule HASH = knowsOf("hash");

    @ArchTest
    static final ArchRule FILES = knowsOf("files");

    @ArchTest
    static final ArchRule CONFIG = knowsOf("config");

    @ArchTest
    static final ArchRule ADMIN = knowsOf("admin", "chain", "config");

    @ArchTest
    static final ArchRule FLEET = knowsOf("fleet", "config");

    @ArchTest
    static final ArchRule RECORDING = knowsOf("recording", "dialect", "files");

    @ArchTest
    static final ArchRule OTLP = knowsOf("otlp", "observe", "admin", "config");

    @ArchTest
    static final ArchRule BACKTEST = knowsOf("backtest", "exchange", "chain", "dialect", "http", "admin");

    @ArchTest
    static final ArchRule ONLY_THE_GATEWAY_KNOWS_THE_FLEET = noClasses()
            .that()
            .resideOutsideOfPackage(PROXY + "fleet..")
            .and()
            .doNotHaveFullyQualifiedName(PROXY + "Gateway")
            .should()
            .dependOnClassesThat()
            .resideInAPackage(PROXY + "fleet..");

    @ArchTest
    static final ArchRule ONLY_THE_FLEET_KNOWS_ITS_STORE = noClasses()
            .that()
            .resideOutsideOfPackage(PROXY + "fleet..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.lettuce..", "io.github.bucket4j.distributed..", "io.github.bucket4j.redis..");

    @ArchTest
    static final ArchRule NOBODY_KNOWS_THE_COMMANDS = noClasses()
            .that()
            .resideOutsideOfPackage(PROXY + "cli..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage(PROXY + "cli..");

    @ArchTest
    static final ArchRule BYTE_BUFFERS_STAY_WHERE_BYTES_ARE_MOVED = noClasses()
            .that()
            .resideOutsideOfPackages(
                    PROXY + "listen..",
                    PROXY + "exchange..",
                    PROXY + "dialect..",
                    PROXY + "relay..",
                    PROXY + "http..",
                    PROXY + "http2..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.netty.buffer..");

    @ArchTest
    static final ArchRule NETTY_STAYS_OUT_OF_WHAT_NEEDS_NO_NETWORK = noClasses()
            .that()
            .resideInAnyPackage(
                    PROXY + "chain..", PROXY + "config..", PROXY + "observe..", PROXY + "cli..", PROXY + "backtest..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.netty..");

    @ArchTest
    static final ArchRule THE_PROXY_KNOWS_NO_PLUGIN = classes()
            .that()
            .resideInAPackage("dev.stillgate.proxy..")
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage("dev.stillgate.proxy..", "dev.stillgate.spi..")
                    .or(not(resideInAnyPackage("dev.stillgate.."))));

    @ArchTest
    static final ArchRule SPI_IS_THE_JDK = plugin("dev.stillgate.spi..");

    @ArchTest
    static final ArchRule GEO_RESTRICTION = plugin("dev.stillgate.geo..", "com.maxmind..");

    @ArchTest
    static final ArchRule TOKEN_BUCKET = plugin(
            "dev.stillgate.tokenbucket..",
            "io.github.bucket4j..",
            "com.github.benmanes.caffeine..",
            "com.knuddels.jtokkit..");

    @ArchTest
    static final ArchRule FINGERPRINT = plugin("dev.stillgate.fingerprint..");

    @ArchTest
    static final ArchRule NAMES_SAY_WHAT_A_THING_IS = noClasses()
            .should()
            .haveNameMatching("(.*[a-z0-9.$])?(Impl|Manager|Utils?|Helper|Base|Abstract)([A-Z].*)?")
            .because("these words name nothing");

    /** A package of the proxy and the only others of the proxy that it may import. */
    private static ArchRule knowsOf(String name, String... others) {
        List<String> allowed = new ArrayList<>(List.of(PROXY + name + ".."));
        for (String other : others) {
            allowed.add(PROXY + other + "..");
        }
        return noClasses()
                .that()
                .resideInAPackage(PROXY + name + "..")
                .should()
                .dependOnClassesThat(resideInAnyPackage("dev.stillgate.proxy..")
                        .and(not(resideInAnyPackage(allowed.toArray(String[]::new)))));
    }

    /** A plugin, which has the SPI, the JDK, and its own data library. */
    private static ArchRule plugin(String name, String... libraries) {
        List<String> allowed = new ArrayList<>(List.of(name, "dev.stillgate.spi..", "org.jspecify..", "java.."));
        allowed.addAll(List.of(libraries));
        return classes()
                .that()
                .resideInAPackage(name)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(allowed.toArray(String[]::new));
    }
}
