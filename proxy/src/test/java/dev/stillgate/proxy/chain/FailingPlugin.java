package dev.stillgate.proxy.chain;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A plugin from outside whose filter, of type {@code failing}, throws at every request. */
public final class FailingPlugin {
    private FailingPlugin() {}

    /** Returns a directory below the given one that holds its jar. */
    public static Path in(Path directory) throws IOException {
        Path plugins = Files.createDirectory(directory.resolve("plugins"));
        String create = "return (RequestFilter) exchange -> { throw new IllegalStateException(\"as meant\"); };";
        PluginJarBuilder.factory("dev.failing.Failing", "failing", create).build(plugins.resolve("failing.jar"));
        return plugins;
    }
}
