package dev.stillgate.proxy.chain;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Plugin jars for tests, compiled on demand. */
public final class TestPlugins {
    private TestPlugins() {}

    /** Returns a plugins directory with the filter type {@code failing}, which throws on every request. */
    public static Path failing(Path directory) throws IOException {
        return in(
                directory,
                "failing",
                "return (RequestFilter) exchange -> { throw new IllegalStateException(\"as meant\"); };");
    }

    /**
     * Returns a plugins directory with the filter type {@code metering}, which requires usage. Its admin page
     * {@code answers} shows the id and the output tokens of each response by request id.
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

    /**
     * Returns a plugins directory with the filter type {@code tapping}, which replaces every {@code x} by {@code [so]}
     * with a delay of two characters. The request header field {@code x-tap} controls it: with {@code hold}, the end
     * waits for a request to the admin page {@code release}; with {@code throw N}, the tap fails at the N-th character.
     * The admin page {@code told} shows the calls of the tap by request id, and whether the hashes are those of the text
     * in {@code x-text}. If a request has {@code x-marked}, the entry {@code marked-} with its id shows whether the
     * response was marked.
     */
    public static Path tapping(Path directory) throws IOException {
        return in(directory, "tapping", """
                java.util.Map<String, String> told = new java.util.concurrent.ConcurrentHashMap<>();
                java.util.Queue<Release.Hold> holds = new java.util.concurrent.ConcurrentLinkedQueue<>();
                context.adminView("told", told::get);
                context.adminView("release", id -> holds.isEmpty() ? "none" : holds.remove().release());
                final class Tap implements ResponseTap.Prose {
                    private final String key;
                    private final String how;
                    private int chars;
                    Tap(String key, String how) { this.key = key; this.how = how; }
                    private void tell(String what) { told.merge(key, what, (a, b) -> a + " " + b); }
                    public Block onBlock(int index) { tell("block"); return new Text(); }
                    public Block onRepeat(int index) { return new Text(); }
                    public void onPart(BodyView.PartKind kind) { tell(kind.toString()); }
                    public void onResponse(String id, boolean delivered) { tell("answer " + id); }
                    public Release onEnd() {
                        tell("end");
                        if (!how.equals("hold")) { return Release.NOW; }
                        Release.Hold hold = new Release.Hold();
                        holds.add(hold);
                        return hold;
                    }
                    public int sites() { return chars; }
                    final class Text implements Block {
                        private String held = "";
                        public CharSequence onText(CharSequence delta) {
                            chars += delta.length();
                            if (how.startsWith("throw ") && chars >= Integer.parseInt(how.substring(6))) {
                                throw new IllegalStateException("as meant");
                            }
                            String all = held + delta;
                            int passes = Math.max(0, all.length() - 2);
                            held = all.substring(passes);
                            return all.substring(0, passes).replace("x", "[so]");
                        }
                        public CharSequence onEnd() { return held.replace("x", "[so]"); }
                        public int held() { return held.length(); }
                    }
                }
                final class Tapping implements ResponseFilter, CompletionFilter {
                    public ResponseTap onResponse(Exchange x, ResponseHead head) {
                        String how = x.headers().first("x-tap");
                        return new Tap(x.requestId(), how == null ? "" : how);
                    }
                    public boolean readsResponse() { return true; }
                    public void onComplete(Exchange x, Outcome o) {
                        if (x.headers().first("x-marked") != null) {
                            told.put("marked-" + x.requestId(), "" + x.isMarked());
                        }
                        String text = x.headers().first("x-text");
                        if (text != null) {
                            ResponseFacts facts = x.responseFacts();
                            boolean same = facts.hashCount() == 1 && facts.hash(0) == context.contextHashes().ofText(text);
                            told.merge(x.requestId(), "marks " + same, (a, b) -> a + " " + b);
                        }
                    }
                }
                return new Tapping();""");
    }

    /** Adds a plugin with the given body of {@code create} to a directory, and returns the directory. */
    public static Path in(Path directory, String type, String create) throws IOException {
        Path plugins = Files.createDirectories(directory.resolve("plugins"));
        PluginJarBuilder.factory("dev.outside.Plugin", type, create).build(plugins.resolve(type + ".jar"));
        return plugins;
    }
}
