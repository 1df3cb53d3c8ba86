package dev.stillgate.proxy;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.CompositeArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Tag;

/** Allowed dependencies between packages. */
@Tag("slow")
@AnalyzeClasses(packages = "dev.stillgate", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String PROXY = "dev.stillgate.proxy.";

    private static final SliceAssignment PACKAGE = new SliceAssignment() {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            return SliceIdentifier.of(type.getPackageName());
        }

        @Override
        public String getDescription() {
            return "packages";
        }
    };

    @ArchTest
    static final ArchRule GATEWAY = dependsOnlyOn(
            "gateway",
            "policy",
            "listen",
            "exchange",
            "account",
            "chain",
            "config",
            "files",
            "fleet",
            "json",
            "jwt",
            "observe",
            "orders",
            "otlp",
            "admin",
            "console",
            "recording",
            "relay",
            "whatif");

    @ArchTest
    static final ArchRule POLICY =
            dependsOnlyOn("policy", "exchange", "account", "chain", "config", "dialect", "jwt", "observe", "relay");

    @ArchTest
    static final ArchRule VALIDATE =
            dependsOnlyOn("validate", "gateway", "policy", "account", "chain", "config", "json", "jwt", "observe");

    @ArchTest
    static final ArchRule EXPLAIN = dependsOnlyOn(
            "explain", "policy", "exchange", "account", "chain", "config", "dialect", "http", "json", "jwt", "observe");

    @ArchTest
    static final ArchRule BACKTEST = dependsOnlyOn(
            "backtest",
            "policy",
            "exchange",
            "account",
            "chain",
            "config",
            "dialect",
            "http",
            "json",
            "observe",
            "admin");

    @ArchTest
    static final ArchRule LISTEN = dependsOnlyOn("listen", "exchange", "observe", "http", "http2", "config", "files");

    @ArchTest
    static final ArchRule EXCHANGE = dependsOnlyOn(
            "exchange",
            "account",
            "chain",
            "dialect",
            "relay",
            "observe",
            "recording",
            "http",
            "json",
            "jwt",
            "config");

    @ArchTest
    static final ArchRule ACCOUNT = dependsOnlyOn("account", "config", "hash", "http");

    @ArchTest
    static final ArchRule JWT = dependsOnlyOn("jwt", "account", "chain", "config", "files", "json");

    @ArchTest
    static final ArchRule ONLY_JWT_USES_THE_LIBRARY = noClasses()
            .that()
            .resideOutsideOfPackage(PROXY + "jwt..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.nimbusds..");

    @ArchTest
    static final ArchRule CHAIN = dependsOnlyOn("chain", "files");

    @ArchTest
    static final ArchRule DIALECT = dependsOnlyOn("dialect", "json");

    @ArchTest
    static final ArchRule JSON = dependsOnlyOn("json", "hash");

    @ArchTest
    static final ArchRule RELAY = dependsOnlyOn("relay", "http", "http2", "files");

    @ArchTest
    static final ArchRule OBSERVE = dependsOnlyOn("observe", "chain", "files");

    @ArchTest
    static final ArchRule ORDERS = dependsOnlyOn("orders");

    @ArchTest
    static final ArchRule HTTP = dependsOnlyOn("http");

    @ArchTest
    static final ArchRule HTTP2 = dependsOnlyOn("http2", "http");

    @ArchTest
    static final ArchRule HASH = dependsOnlyOn("hash");

    @ArchTest
    static final ArchRule FILES = dependsOnlyOn("files");

    @ArchTest
    static final ArchRule CONFIG = dependsOnlyOn("config");

    @ArchTest
    static final ArchRule ADMIN = dependsOnlyOn("admin", "chain", "config", "console", "json", "jwt");

    @ArchTest
    static final ArchRule CONSOLE = dependsOnlyOn("console");

    @ArchTest
    static final ArchRule WHATIF = dependsOnlyOn("whatif", "json");

    @ArchTest
    static final ArchRule FLEET = dependsOnlyOn("fleet", "config", "orders");

    @ArchTest
    static final ArchRule RECORDING = dependsOnlyOn("recording", "dialect", "files", "json");

    @ArchTest
    static final ArchRule OTLP = dependsOnlyOn("otlp", "observe", "json", "config");

    @ArchTest
    static final ArchRule ONLY_THE_GATEWAY_USES_THE_FLEET = noClasses()
            .that()
            .resideOutsideOfPackage(PROXY + "fleet..")
            .and()
            .doNotHaveFullyQualifiedName(PROXY + "gateway.Gateway")
            .should()
            .dependOnClassesThat()
            .resideInAPackage(PROXY + "fleet..");

    @ArchTest
    static final ArchRule ONLY_THE_FLEET_USES_ITS_STORE = noClasses()
            .that()
            .resideOutsideOfPackage(PROXY + "fleet..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.lettuce..", "io.github.bucket4j.distributed..", "io.github.bucket4j.redis..");

    @ArchTest
    static final ArchRule COMMANDS_ARE_ENTRY_POINTS_ONLY = noClasses()
            .that()
            .resideOutsideOfPackage(PROXY + "cli..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage(PROXY + "cli..");

    @ArchTest
    static final ArchRule BYTE_BUFFERS_STAY_ON_THE_REQUEST_PATH = noClasses()
            .that()
            .resideOutsideOfPackages(
                    PROXY + "listen..",
                    PROXY + "exchange..",
                    PROXY + "dialect..",
                    PROXY + "json..",
                    PROXY + "relay..",
                    PROXY + "http..",
                    PROXY + "http2..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.netty.buffer..");

    @ArchTest
    static final ArchRule PACKAGES_WITHOUT_NETWORK_DO_NOT_USE_NETTY = noClasses()
            .that()
            .resideInAnyPackage(
                    PROXY + "chain..", PROXY + "config..", PROXY + "observe..", PROXY + "cli..", PROXY + "backtest..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.netty..");

    @ArchTest
    static final ArchRule THE_PROXY_DOES_NOT_DEPEND_ON_PLUGINS = classes()
            .that()
            .resideInAPackage("dev.stillgate.proxy..")
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage("dev.stillgate.proxy..", "dev.stillgate.spi..")
                    .or(not(resideInAnyPackage("dev.stillgate.."))));

    @ArchTest
    static final ArchRule SPI_DEPENDS_ON_THE_JDK_ONLY = plugin("dev.stillgate.spi..", "javax.crypto..");

    @ArchTest
    static final ArchRule GEO_RESTRICTION = plugin("dev.stillgate.geo..", "com.maxmind..");

    @ArchTest
    static final ArchRule TOKEN_BUCKET = plugin(
            "dev.stillgate.tokenbucket..",
            "io.github.bucket4j..",
            "com.github.benmanes.caffeine..",
            "com.knuddels.jtokkit..");

    @ArchTest
    static final ArchRule FINGERPRINT = plugin("dev.stillgate.fingerprint..", "jdk.jfr..");

    /** The packages of a plugin: each may depend on those before it. */
    @ArchTest
    static final ArchRule FINGERPRINT_LAYERS = layers(
            "dev.stillgate.fingerprint",
            "text",
            "stats",
            "capture",
            "signal",
            "join",
            "account",
            "space",
            "link",
            "people",
            "candidate",
            "holdout",
            "standing",
            "analysis",
            "report",
            "fleet");

    @ArchTest
    static final ArchRule TOKEN_BUCKET_LAYERS =
            layers("dev.stillgate.tokenbucket", "policy", "lease", "charge", "bucket");

    @ArchTest
    static final ArchRule PACKAGES_ARE_FREE_OF_CYCLES =
            slices().assignedFrom(PACKAGE).should().beFreeOfCycles();

    @ArchTest
    static final ArchRule CANARY = plugin(
            "dev.stillgate.canary..", "com.fasterxml.jackson..", "org.snakeyaml..", "picocli..", "javax.crypto..");

    @ArchTest
    static final ArchRule CANARY_TEXT_KNOWS_NO_KEYS = noClasses()
            .that()
            .resideInAPackage("dev.stillgate.canary.text..")
            .should()
            .dependOnClassesThat(resideInAnyPackage("dev.stillgate.canary..")
                    .and(not(resideInAnyPackage("dev.stillgate.canary.text.."))));

    @ArchTest
    static final ArchRule CANARY_LEDGER_KNOWS_NO_TEXT = noClasses()
            .that()
            .resideInAPackage("dev.stillgate.canary.ledger..")
            .should()
            .dependOnClassesThat(resideInAnyPackage("dev.stillgate.canary..")
                    .and(not(resideInAnyPackage("dev.stillgate.canary.ledger.."))));

    @ArchTest
    static final ArchRule NAMES_CARRY_MEANING = noClasses()
            .should()
            .haveNameMatching("(.*[a-z0-9.$])?(Impl|Manager|Utils?|Helper|Base|Abstract)([A-Z].*)?")
            .because("these words carry no meaning");

    /** Returns the rule that a package of the proxy depends on no other packages of the proxy than these. */
    private static ArchRule dependsOnlyOn(String name, String... others) {
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

    /** Returns the rule that each package depends only on those before it, and that no package depends on the root. */
    private static ArchRule layers(String root, String... packages) {
        List<String> above = new ArrayList<>(List.of(root));
        CompositeArchRule rules = null;
        for (int i = packages.length - 1; i >= 0; i--) {
            ArchRule rule = noClasses()
                    .that()
                    .resideInAPackage(root + "." + packages[i])
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(above.toArray(String[]::new));
            rules = rules == null ? CompositeArchRule.of(rule) : rules.and(rule);
            above.add(root + "." + packages[i]);
        }
        return Objects.requireNonNull(rules);
    }

    /** Returns the rule that a plugin depends on the SPI, the JDK and the given libraries only. */
    private static ArchRule plugin(String name, String... libraries) {
        List<String> allowed = new ArrayList<>(List.of(
                name, "dev.stillgate.spi..", "org.jspecify..", "com.google.errorprone.annotations..", "java.."));
        allowed.addAll(List.of(libraries));
        return classes()
                .that()
                .resideInAPackage(name)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(allowed.toArray(String[]::new));
    }
}
