package dev.stillgate.proxy.chain;

import dev.stillgate.spi.FilterFactory;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Catalog of the available filter types: factories on the class path and in the jars of the plugins directory. */
public final class FilterCatalog implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(FilterCatalog.class);
    private static final String SERVICE = "META-INF/services/" + FilterFactory.class.getName();
    private static final Pattern TYPE = Pattern.compile("[a-z0-9][a-z0-9-]{0,63}");

    private record Entry(FilterFactory<?> factory, String origin) {}

    private final Map<String, Entry> entries = new TreeMap<>();
    private final List<PluginLoader> loaders = new ArrayList<>();

    private FilterCatalog() {}

    /**
     * Loads all filter factories with {@link ServiceLoader}.
     *
     * @param application the gateway's own class loader, whose class path may contain plugins
     * @param plugins a directory of plugin jars, each with its own class loader; null or nonexistent for none
     * @throws PluginException if a jar is invalid or two plugins provide the same type; all jars are closed again
     */
    public static FilterCatalog load(ClassLoader application, @Nullable Path plugins) {
        FilterCatalog catalog = new FilterCatalog();
        boolean whole = false;
        try {
            catalog.addAll("class path", application);
            if (plugins != null && Files.isDirectory(plugins)) {
                for (Path jar : jars(plugins)) {
                    catalog.addJar(jar, application);
                }
            }
            whole = true;
            return catalog;
        } finally {
            if (!whole) {
                catalog.close();
            }
        }
    }

    public static FilterCatalog of(FilterFactory<?>... factories) {
        FilterCatalog catalog = new FilterCatalog();
        for (FilterFactory<?> factory : factories) {
            catalog.add(origin("class path", factory), factory);
        }
        return catalog;
    }

    /** Returns the factory of a type, or null if the type is unknown. */
    public @Nullable FilterFactory<?> find(String type) {
        Entry entry = entries.get(type);
        return entry == null ? null : entry.factory();
    }

    /** Returns all types, in alphabetical order. */
    public Set<String> types() {
        return Collections.unmodifiableSet(entries.keySet());
    }

    /** Closes the plugin jars. Filters created from them may fail afterwards. */
    @Override
    public void close() {
        for (PluginLoader loader : loaders) {
            try {
                loader.close();
            } catch (IOException failure) {
                log.warn("failed to close plugin {}", loader.getName(), failure);
            }
        }
    }

    private static List<Path> jars(Path plugins) {
        List<Path> jars = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(plugins, "*.jar")) {
            entries.forEach(jars::add);
        } catch (IOException | DirectoryIteratorException failure) {
            throw new PluginException(plugins.toString(), "cannot be listed: " + failure, failure);
        }
        jars.sort(null); // so that of two jars with one type the same one is reported on every file system
        return jars;
    }

    private void addJar(Path jar, ClassLoader application) {
        String origin = jar.toString();
        try (JarFile file = new JarFile(jar.toFile())) { // a class loader silently ignores invalid zip files
            if (file.getEntry(SERVICE) == null) {
                throw new PluginException(origin, "is not a plugin: it has no " + SERVICE, null);
            }
            PluginLoader loader = new PluginLoader(origin, jar.toUri().toURL(), application);
            loaders.add(loader);
            addAll(origin, loader);
        } catch (IOException failure) {
            throw new PluginException(origin, "cannot be read as a jar: " + failure.getMessage(), failure);
        }
    }

    private void addAll(String from, ClassLoader loader) {
        try {
            for (FilterFactory<?> factory : ServiceLoader.load(FilterFactory.class, loader)) {
                add(loader instanceof PluginLoader ? from : origin(from, factory), factory);
            }
        } catch (UnsupportedClassVersionError newer) {
            throw new PluginException(
                    from,
                    "is built for a newer Java than the running Java "
                            + Runtime.version().feature() + ": " + newer.getMessage(),
                    newer);
        } catch (ServiceConfigurationError | LinkageError broken) {
            throw new PluginException(from, "cannot be loaded: " + withCause(broken), broken);
        }
    }

    private void add(String origin, FilterFactory<?> factory) {
        String type;
        try {
            type = factory.type();
            Objects.requireNonNull(type, "no type");
            Objects.requireNonNull(factory.policyType(), "no policy type");
        } catch (RuntimeException failure) {
            throw new PluginException(origin, factory.getClass().getName() + " failed: " + failure, failure);
        }
        if (!TYPE.matcher(type).matches()) {
            throw new PluginException(
                    origin,
                    "\"" + type + "\" is not a valid filter type: expected lower-case letters, digits and '-'",
                    null);
        }
        Entry other = entries.putIfAbsent(type, new Entry(factory, origin));
        if (other != null) {
            throw new PluginException(
                    origin, "filter type " + type + " is already provided by " + other.origin(), null);
        }
    }

    private static String withCause(Error broken) {
        Throwable cause = broken.getCause();
        return cause == null ? broken.toString() : broken + ": " + cause;
    }

    private static String origin(String otherwise, FilterFactory<?> factory) {
        CodeSource source = factory.getClass().getProtectionDomain().getCodeSource();
        return source == null || source.getLocation() == null
                ? otherwise
                : source.getLocation().getPath();
    }

    /**
     * Isolated class loader of one plugin jar. It sees the JDK, its own jar, and only the SPI and jspecify of the
     * application. A plugin's libraries therefore cannot conflict with the gateway's, and the engine's classes are not
     * accessible.
     */
    static final class PluginLoader extends URLClassLoader {
        private final ClassLoader application;

        static {
            registerAsParallelCapable();
        }

        PluginLoader(String name, URL jar, ClassLoader application) {
            super(name, new URL[] {jar}, ClassLoader.getPlatformClassLoader());
            this.application = application;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("dev.stillgate.spi.") || name.startsWith("org.jspecify.")) {
                return application.loadClass(name);
            }
            return super.loadClass(name, resolve);
        }
    }

    /** Thrown if a plugin cannot be loaded. The message starts with the path of the jar. */
    public static final class PluginException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        PluginException(String origin, String message, @Nullable Throwable cause) {
            super(origin + ": " + message, cause);
        }
    }
}
