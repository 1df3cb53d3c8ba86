package dev.stillgate.proxy.chain;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Plugins from outside, compiled when a test asks for them. */
public final class TestPlugins {
    private TestPlugins() {}

    /** Returns a directory whose plugin's filter, of type {@code failing}, throws at every request. */
    public static Path failing(Path directory) throws IOException {
        return in(
                directory,
                "failing",
                "return (RequestFilter) exchange -> { throw new IllegalStateException(\"as meant\"); };");
    }

    /** Returns a directory whose plugin's filter, of type {@code pacing}, passes answers at 2,000 bytes a second. */
    public static Path pacing(Path directory) throws IOException {
        return pacing(directory, 2000);
    }

    /** Returns a directory whose plugin's filter, of type {@code pacing}, passes answers at that pace. */
    public static Path pacing(Path directory, int bytesPerSecond) throws IOException {
        return in(
                directory,
                "pacing",
                "return (ResponseFilter) (exchange, head) -> new ResponseTap.Pace(" + bytesPerSecond + ");");
    }

    /**
     * Returns a directory whose plugin's filter, of type {@code metering}, requires usage, and shows on the admin page
     * {@code answers} the id and the output tokens of each answer by its request id.
     */
    public static Path metering(Path directory) throws IOException {
        return in(directory, "metering", """
                java.util.Map<String, Object> seen = new java.util.concurrent.ConcurrentHashMap<>();
                context.adminView("answers", seen::get);
                return new CompletionFilter() {
                    public boolean requiresUsage() { return true; }
                    public void onComplete(Exchange x, Outcome o) {
                        seen.put(x.requestId(), x.answerId() + " " + o.usage().output());
                    }
                };""");
    }

    /** Returns a directory whose plugin makes its filter with that body of {@code create}; further ones may be added. */
    public static Path in(Path directory, String type, String create) throws IOException {
        Path plugins = Files.createDirectories(directory.resolve("plugins"));
        PluginJarBuilder.factory("dev.outside.Plugin", type, create).build(plugins.resolve(type + ".jar"));
        return plugins;
    }
}
