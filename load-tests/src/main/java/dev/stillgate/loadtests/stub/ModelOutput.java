package dev.stillgate.loadtests.stub;

import java.util.ArrayList;
import java.util.List;

/**
 * The output of the stub model for a prompt, before it is formatted for an API. Deterministic: the same prompt gives
 * the same output.
 *
 * @param outputTokens a quarter of the output characters, at least 1
 */
record ModelOutput(List<Block> blocks, Stop stop, int inputTokens, int outputTokens) {
    private static final String PROSE =
            "The lighthouse keeper wrote the tide down twice a day, and the two columns never agreed. "
                    + "She trusted the older pencil, since it had been sharpened by someone who could not swim. ";
    /** Code with phrases that would have been marked in prose. */
    private static final String CODE = "\n\n```python\n# It is not hard, but do not change it: you cannot undo it.\n"
            + "print('In order to start, you do not need a lot of time.')\n```\n\nThen run `do not` or `it is` again.";

    private static final int DEFAULT_PIECES = 8;

    enum Stop {
        END,
        TOOL,
        LENGTH,
        REFUSED
    }

    sealed interface Block {}

    /** Output text, in the pieces in which it is streamed. */
    record Text(List<String> pieces) implements Block {
        String whole() {
            return String.join("", pieces);
        }
    }

    record Thinking(List<String> pieces, String signature) implements Block {
        String whole() {
            return String.join("", pieces);
        }
    }

    record ToolCall(String id, String name, List<String> pieces) implements Block {
        String arguments() {
            return String.join("", pieces);
        }
    }

    static ModelOutput of(Prompt prompt, StubOptions options, String id) {
        List<Block> blocks = new ArrayList<>();
        if (prompt.raw().path("thinking").path("type").asText().equals("enabled")) {
            blocks.add(new Thinking(
                    split("Two columns, one pencil: start with the older one.", 3), "c3R1Yi1zaWduYXR1cmU="));
        }
        Prompt.Tool tool = prompt.tool();
        if (tool != null) {
            blocks.add(new Text(split("Let me look that up.", 2)));
            blocks.add(new ToolCall("call_" + id, tool.name(), split(tool.arguments(), 3)));
            return new ModelOutput(blocks, Stop.TOOL, prompt.inputTokens(), tokens(blocks));
        }
        int events = options.number("events", DEFAULT_PIECES);
        int words = options.number("prose", 0);
        String text = prompt.formatted(
                words > 0
                        ? EnglishProse.of(prompt.lastText().hashCode(), words) + (options.has("code") ? CODE : "")
                        : text(prompt, options.number("size", 0), events));
        long ceiling = 4L * Math.max(1, prompt.maxTokens());
        boolean cut = text.length() > ceiling;
        blocks.add(new Text(split(cut ? text.substring(0, (int) ceiling) : text, Math.max(1, events))));
        Stop stop = options.has("refuse") ? Stop.REFUSED : cut ? Stop.LENGTH : Stop.END;
        return new ModelOutput(blocks, stop, prompt.inputTokens(), tokens(blocks));
    }

    private static String text(Prompt prompt, int size, int atLeast) {
        if (size > 0) {
            return PROSE.repeat(size / PROSE.length() + 1).substring(0, size);
        }
        String result = prompt.toolResult();
        if (result != null) {
            return "The tool answered: " + result;
        }
        String text = "Prompt " + Integer.toHexString(prompt.lastText().hashCode()) + ". " + PROSE;
        return text.length() >= atLeast ? text : text + PROSE.repeat(atLeast / PROSE.length() + 1);
    }

    /** Splits a text into pieces of equal length, never inside a surrogate pair. */
    static List<String> split(String text, int pieces) {
        List<String> parts = new ArrayList<>(pieces);
        int from = 0;
        for (int i = 1; i <= pieces && from < text.length(); i++) {
            int to = i == pieces ? text.length() : (int) ((long) text.length() * i / pieces);
            if (to < text.length() && to > 0 && Character.isHighSurrogate(text.charAt(to - 1))) {
                to++;
            }
            if (to > from) {
                parts.add(text.substring(from, to));
                from = to;
            }
        }
        return parts;
    }

    private static int tokens(List<Block> blocks) {
        int length = 0;
        for (Block block : blocks) {
            length += switch (block) {
                case Text text -> text.whole().length();
                case Thinking thinking -> thinking.whole().length();
                case ToolCall call -> call.arguments().length() + call.name().length();
            };
        }
        return 1 + length / 4;
    }
}
