package dev.stillgate.proxy.dialect.usage;

import dev.stillgate.proxy.json.JsonName;
import dev.stillgate.proxy.json.JsonNumbers;
import dev.stillgate.proxy.json.JsonTape;
import dev.stillgate.proxy.json.MalformedBody;
import dev.stillgate.proxy.json.RawObject;
import dev.stillgate.proxy.json.RawTexts;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** Assembles an Anthropic message from the events of its stream. */
final class WholeMessage {
    private static final JsonName MESSAGE = new JsonName("message");
    private static final JsonName USAGE = new JsonName("usage");
    private static final JsonName INDEX = new JsonName("index");
    private static final JsonName BLOCK = new JsonName("content_block");
    private static final JsonName DELTA = new JsonName("delta");
    private static final String PARTIAL = "partial_json";
    private static final String[] PIECES = {"text", "thinking", "signature", PARTIAL};

    private final RawObject message = new RawObject();
    private final RawObject usage = new RawObject();
    private final Map<Long, Block> blocks = new TreeMap<>();
    private boolean stopped;

    /** One content block. */
    private static final class Block {
        private final RawObject fields = new RawObject();
        private final RawTexts texts = new RawTexts();

        private byte[] json() throws MalformedBody {
            texts.putInto(fields, PARTIAL);
            String input = texts.read(PARTIAL);
            if (!input.isEmpty()) {
                fields.put("input", input.getBytes(StandardCharsets.UTF_8));
            }
            return fields.json();
        }
    }

    void event(JsonTape tape, String type) {
        int root = tape.root();
        switch (type) {
            case "message_start" -> {
                int start = tape.find(root, MESSAGE);
                message.putAll(tape, start);
                usage.putAll(tape, tape.find(start, USAGE));
            }
            case "content_block_start" -> block(tape).fields.putAll(tape, tape.find(root, BLOCK));
            case "content_block_delta" -> {
                int delta = tape.find(root, DELTA);
                for (String piece : PIECES) {
                    block(tape).texts.add(piece, tape, tape.find(delta, new JsonName(piece)));
                }
            }
            case "message_delta" -> {
                message.putAll(tape, tape.find(root, DELTA));
                usage.putAll(tape, tape.find(root, USAGE));
            }
            case "message_stop" -> stopped = true;
            default -> {} // pings, block ends, and unknown events
        }
    }

    private Block block(JsonTape tape) {
        long index = JsonNumbers.whole(tape, tape.find(tape.root(), INDEX));
        return blocks.computeIfAbsent(index, absent -> new Block());
    }

    boolean isWhole() {
        return stopped && message.has("id");
    }

    byte[] json() throws MalformedBody {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        content.write('[');
        for (Block block : blocks.values()) {
            if (content.size() > 1) {
                content.write(',');
            }
            content.writeBytes(block.json());
        }
        content.write(']');
        message.put("content", content.toByteArray());
        message.put("usage", usage.json());
        return message.json();
    }
}
