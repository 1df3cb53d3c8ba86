package dev.stillgate.proxy.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.proxy.chain.FilterCatalog.PluginException;
import dev.stillgate.proxy.chain.FilterCatalog.PluginLoader;
import dev.stillgate.proxy.chain.FilterSpec.FilterMode;
import dev.stillgate.proxy.chain.FilterSpec.OnError;
import dev.stillgate.spi.FilterFactory;
import dev.stillgate.spi.PolicyException;
import dev.stillgate.spi.RequestFilter;
import dev.stillgate.spi.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilterCatalogTest {
    /** Class loader with the gateway and its libraries, without the plugins of the class path. */
    private static final ClassLoader APPLICATION = new ClassLoader(FilterCatalog.class.getClassLoader()) {
        @Override
        public java.util.Enumeration<java.net.URL> getResources(String name) throws IOException {
            return name.startsWith("META-INF/services/dev.stillgate")
                    ? java.util.Collections.emptyEnumeration()
                    : super.getResources(name);
        }
    };

    @TempDir
    Path folder;

    private Path plugins;

    @BeforeEach
    void pluginsDirectory() throws IOException {
        plugins = Files.createDirectory(folder.resolve("plugins"));
    }

    private FilterCatalog load() {
        return FilterCatalog.load(APPLICATION, plugins);
    }

    private Path jar(String name) {
        return plugins.resolve(name);
    }

    @Test
    void jarInThePluginsDirectoryIsLoaded() throws IOException {
        PluginJarBuilder.factory("acme.Gate", "acme-gate", """
                Slot<String> seen = context.slot("acme.seen", String.class);
                return (RequestFilter) exchange -> {
                    exchange.set(seen, "yes");
                    return new Verdict.Reject(Verdict.Kind.BLOCKED, "acme", "No.");
                };""").build(jar("acme.jar"));
        Files.writeString(jar("README.txt"), "not a jar");

        try (FilterCatalog catalog = load()) {
            assertThat(catalog.types()).containsExactly("acme-gate");
            FilterChain chain = compile(catalog, "acme-gate");
            Rig rig = new Rig();
            assertThat(rig.run(chain).verdict().code()).isEqualTo("acme");
        }
    }

    @Test
    void pluginSeesItsOwnLibrariesButNotTheEngine() throws IOException {
        PluginJarBuilder.factory("acme.Gate", "acme-gate", """
                StringBuilder found = new StringBuilder(io.netty.buffer.ByteBuf.whose());
                for (String name : new String[] {
                        "dev.stillgate.proxy.chain.FilterChain", "org.slf4j.Logger", "io.netty.buffer.Unpooled",
                        "org.jspecify.annotations.Nullable", "java.sql.Connection", "dev.stillgate.spi.Exchange"}) {
                    try {
                        Class.forName(name);
                        found.append(",").append(name);
                    } catch (ClassNotFoundException hidden) {
                    }
                }
                throw new PolicyException("", found.toString());""")
                .source("io.netty.buffer.ByteBuf", """
                        package io.netty.buffer;
                        public class ByteBuf {
                            public static String whose() { return "the plugin's"; }
                        }
                        """)
                .build(jar("acme.jar"));
        try (FilterCatalog catalog = load()) {
            assertThatThrownBy(() -> compile(catalog, "acme-gate"))
                    .isInstanceOf(PolicyException.class)
                    .hasMessageEndingWith("the plugin's,org.jspecify.annotations.Nullable,java.sql.Connection,"
                            + "dev.stillgate.spi.Exchange");
        }
    }

    @Test
    void spiOfTheGatewayWinsOverAPluginsOwn() throws IOException {
        PluginJarBuilder.allowing("acme.Gate", "acme-gate")
                .source("dev.stillgate.spi.Counter", """
                        package dev.stillgate.spi;
                        public interface Counter { void add(long amount); default void increment() {} }
                        """)
                .build(jar("acme.jar"));
        try (FilterCatalog catalog = load()) {
            FilterFactory<?> factory = catalog.find("acme-gate");
            assertThat(factory).isNotNull();
            assertThatThrownBy(() -> Class.forName(
                            "dev.stillgate.spi.NoSuch",
                            false,
                            factory.getClass().getClassLoader()))
                    .isInstanceOf(ClassNotFoundException.class);
            assertThat(compile(catalog, "acme-gate").filters()).hasSize(1);
        }
    }

    @Test
    void missingDirectoryHasNoPlugins() {
        try (FilterCatalog catalog = FilterCatalog.load(APPLICATION, folder.resolve("absent"))) {
            assertThat(catalog.types()).isEmpty();
            assertThat(catalog.find("acme-gate")).isNull();
        }
        try (FilterCatalog catalog = FilterCatalog.load(APPLICATION, null)) {
            assertThat(catalog.types()).isEmpty();
        }
    }

    @Test
    void duplicateTypesAreRejectedWithBothJars() throws IOException {
        PluginJarBuilder.allowing("a.Gate", "gate").build(jar("first.jar"));
        PluginJarBuilder.allowing("b.Gate", "gate").build(jar("second.jar"));
        assertBroken("second.jar", "filter type gate is already provided by", "first.jar");
    }

    @Test
    void fileThatIsNotAZipIsRejected() throws IOException {
        Files.writeString(jar("text.jar"), "not a zip");
        assertBroken("text.jar", "cannot be read as a jar");
    }

    @Test
    void emptyFileAndDirectoryAreRejected() throws IOException {
        Files.createFile(jar("empty.jar"));
        assertBroken("empty.jar", "cannot be read as a jar");
        Files.delete(jar("empty.jar"));
        Files.createDirectory(jar("folder.jar"));
        assertBroken("folder.jar", "cannot be read as a jar");
    }

    @Test
    void jarWithoutAServiceIsRejected() throws IOException {
        new PluginJarBuilder()
                .source("lib.Thing", "package lib; public class Thing {}")
                .build(jar("library.jar"));
        assertBroken("library.jar", "is not a plugin: it has no META-INF/services/dev.stillgate.spi.FilterFactory");
    }

    @Test
    void serviceWithAMissingClassIsRejected() throws IOException {
        new PluginJarBuilder().provider("acme.NotThere").build(jar("hollow.jar"));
        assertBroken("hollow.jar", "acme.NotThere not found");
    }

    @Test
    void serviceWithAGatewayClassIsRejected() throws IOException {
        new PluginJarBuilder().provider("dev.stillgate.proxy.chain.FilterChain").build(jar("thief.jar"));
        assertBroken("thief.jar", "dev.stillgate.proxy.chain.FilterChain not found");
    }

    @Test
    void serviceThatIsNotAFactoryIsRejected() throws IOException {
        new PluginJarBuilder()
                .provider("lib.Thing")
                .source("lib.Thing", "package lib; public class Thing {}")
                .build(jar("wrong.jar"));
        assertBroken("wrong.jar", "lib.Thing not a subtype");
    }

    @Test
    void missingPluginClassIsRejected() throws IOException {
        PluginJarBuilder.allowing("acme.Gate", "gate")
                .without("acme.Gate$Policy")
                .build(jar("torn.jar"));
        assertBroken("torn.jar", "acme/Gate$Policy");
    }

    @Test
    void failingConstructorIsRejected() throws IOException {
        PluginJarBuilder.factory(
                        "acme.Gate", "gate", "return null; } { if (true) throw new RuntimeException(\"boom\");")
                .build(jar("boom.jar"));
        assertBroken("boom.jar", "acme.Gate could not be instantiated", "boom");
    }

    @Test
    void pluginForANewerJavaIsRejected() throws IOException {
        PluginJarBuilder.allowing("acme.Gate", "gate")
                .changing(bytes -> {
                    bytes[6] = 0; // the major version of the class file
                    bytes[7] = (byte) 200;
                    return bytes;
                })
                .build(jar("newer.jar"));
        assertBroken(
                "newer.jar",
                "is built for a newer Java than the running Java "
                        + Runtime.version().feature());
    }

    @Test
    void invalidTypeIsRejected() throws IOException {
        PluginJarBuilder.allowing("acme.Gate", "Acme Gate").build(jar("odd.jar"));
        assertBroken("odd.jar", "\"Acme Gate\" is not a valid filter type");
    }

    @Test
    void factoryWithAFailingTypeIsRejected() {
        FilterFactory<?> nameless = Rig.factory(null, (policy, context) -> (RequestFilter) exchange -> Verdict.ALLOW);
        assertThatThrownBy(() -> FilterCatalog.of(nameless))
                .isInstanceOf(PluginException.class)
                .hasMessageContaining("no type");
    }

    @Test
    void pluginsOfTheClassPathAreFoundWithTheirOrigin() throws IOException {
        PluginJarBuilder.allowing("in.Gate", "gate").build(jar("inside.jar"));
        try (PluginLoader classPath =
                        new PluginLoader("app", jar("inside.jar").toUri().toURL(), APPLICATION);
                FilterCatalog alone = FilterCatalog.load(new ClassLoader(classPath) {}, null)) {
            assertThat(alone.types()).containsExactly("gate");
            Path outside = Files.createDirectory(folder.resolve("outside"));
            PluginJarBuilder.allowing("out.Gate", "gate").build(outside.resolve("outside.jar"));
            assertThatThrownBy(() -> FilterCatalog.load(new ClassLoader(classPath) {}, outside))
                    .isInstanceOf(PluginException.class)
                    .hasMessageContaining("outside.jar")
                    .hasMessageContaining("inside.jar");
        }
    }

    private void assertBroken(String jar, String... parts) {
        assertThatThrownBy(() -> load().close())
                .isInstanceOf(PluginException.class)
                .hasMessageStartingWith(jar(jar).toString())
                .hasMessageContainingAll(parts);
    }

    private static FilterChain compile(FilterCatalog catalog, String type) {
        FakeMeters meters = new FakeMeters();
        Rig rig = new Rig();
        ChainCompiler compiler =
                new ChainCompiler(catalog, new StateRegistry(), meters, meters, rig.ticker, (period, task) -> () -> {});
        FilterFactory<?> factory = catalog.find(type);
        return compiler.compile(List.of(new FilterSpec("it", type, FilterMode.ENFORCE, OnError.OPEN, policy(factory))))
                .chain();
    }

    private static Record policy(FilterFactory<?> factory) {
        try {
            return factory.policyType().getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException wrong) {
            throw new AssertionError(wrong);
        }
    }
}
