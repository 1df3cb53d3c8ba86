package dev.stillgate.proxy.chain;

import java.net.URL;
import java.net.URLClassLoader;

/**
 * Isolated class loader of one plugin jar. It sees the JDK, its own jar, and only the SPI and jspecify of the
 * application. A plugin's libraries therefore cannot conflict with the gateway's, and the engine's classes are not
 * accessible.
 */
final class PluginLoader extends URLClassLoader {
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
