package dev.stillgate.proxy.chain;

import dev.stillgate.spi.FilterFactory;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** Compiles and packages a plugin jar against the SPI only. */
final class PluginJarBuilder {
    private final Map<String, String> sources = new LinkedHashMap<>();
    private final List<String> providers = new ArrayList<>();
    private final Set<String> leftOut = new HashSet<>();
    private UnaryOperator<byte[]> change = bytes -> bytes;

    PluginJarBuilder source(String className, String code) {
        sources.put(className, code);
        return this;
    }

    PluginJarBuilder provider(String className) {
        providers.add(className);
        return this;
    }

    /** Omits a compiled class from the jar. */
    PluginJarBuilder without(String className) {
        leftOut.add(className);
        return this;
    }

    PluginJarBuilder changing(UnaryOperator<byte[]> how) {
        change = how;
        return this;
    }

    /** Creates a plugin with one factory, whose filter allows everything. */
    static PluginJarBuilder allowing(String className, String type) {
        return factory(className, type, "return (RequestFilter) exchange -> Verdict.ALLOW;");
    }

    /** Creates a plugin with one factory and the given body of {@code create}. */
    static PluginJarBuilder factory(String className, String type, String create) {
        int dot = className.lastIndexOf('.');
        return new PluginJarBuilder().provider(className).source(className, """
                package %s;
                import dev.stillgate.spi.*;
                public final class %s implements FilterFactory<%2$s.Policy> {
                    public record Policy() {}
                    public String type() { return "%s"; }
                    public Class<Policy> policyType() { return Policy.class; }
                    public Filter create(Policy policy, FilterContext context) { %s }
                }
                """.formatted(
                        className.substring(0, dot), className.substring(dot + 1), type, create));
    }

    Path build(Path jar) throws IOException {
        Path classes = Files.createTempDirectory(jar.getParent().getParent(), "classes");
        compile(classes);
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file);
                Stream<Path> compiled = Files.walk(classes)) {
            for (Path path : compiled.filter(Files::isRegularFile).toList()) {
                String name = classes.relativize(path).toString();
                if (!leftOut.contains(name.replace('/', '.').replaceFirst("\\.class$", ""))) {
                    put(out, name, change.apply(Files.readAllBytes(path)));
                }
            }
            if (!providers.isEmpty()) {
                put(
                        out,
                        "META-INF/services/" + FilterFactory.class.getName(),
                        String.join("\n", providers).getBytes(StandardCharsets.UTF_8));
            }
        }
        return jar;
    }

    private void compile(Path classes) {
        if (sources.isEmpty()) {
            return;
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        List<Source> units = sources.entrySet().stream()
                .map(source -> new Source(source.getKey(), source.getValue()))
                .toList();
        List<String> options = List.of("-proc:none", "-d", classes.toString(), "-cp", spi());
        if (!compiler.getTask(messages, null, null, options, null, units).call()) {
            throw new IllegalArgumentException(messages.toString());
        }
    }

    private static String spi() {
        try {
            return Path.of(FilterFactory.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (URISyntaxException unreadable) {
            throw new UncheckedIOException(new IOException(unreadable));
        }
    }

    private static void put(JarOutputStream out, String name, byte[] bytes) throws IOException {
        out.putNextEntry(new JarEntry(name));
        out.write(bytes);
        out.closeEntry();
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String code;

        private Source(String className, String code) {
            super(URI.create("string:///" + className.replace('.', '/') + ".java"), JavaFileObject.Kind.SOURCE);
            this.code = code;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return code;
        }
    }
}
