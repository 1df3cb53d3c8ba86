package dev.stillgate.proxy.dialect;

import dev.stillgate.proxy.json.JsonName;
import dev.stillgate.proxy.json.JsonTape;
import dev.stillgate.proxy.json.MalformedBody;
import java.io.ByteArrayOutputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Lists of models: {@code data} at Anthropic and OpenAI, {@code models} at Google. A model is known by its {@code id}, or
 * else by its {@code name}, with or without what stands before {@code models/} in it.
 */
public final class ModelList {
    private static final String MODELS = "models/";
    private static final JsonName ID = new JsonName("id");
    private static final JsonName NAME = new JsonName("name");

    private ModelList() {}

    /** Returns whether a path is that of a list of models. */
    public static boolean is(String path) {
        return path.endsWith("/models") || path.endsWith("/" + MODELS);
    }

    /** Returns the model whose description a path names, null for other paths. */
    public static @Nullable String model(String path) {
        int start = path.indexOf("/" + MODELS);
        if (start < 0 || is(path)) {
            return null;
        }
        String model = path.substring(start + 1 + MODELS.length());
        try {
            return URLDecoder.decode(model.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException bad) {
            return model;
        }
    }

    private static String bare(String name) {
        int start = name.lastIndexOf(MODELS);
        return start < 0 ? name : name.substring(start + MODELS.length());
    }

    /** Returns a list without the models that do not fit; null for other bytes. */
    public static byte @Nullable [] filtered(byte[] json, int length, Predicate<String> fits) {
        JsonTape tape = new JsonTape();
        try {
            tape.parse(json, 0, length);
        } catch (MalformedBody e) {
            return null;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(length);
        int from = 0;
        int root = tape.root();
        if (tape.kind(root) == JsonTape.ARRAY) {
            from = copy(tape, root, from, fits, out);
        } else if (tape.kind(root) == JsonTape.OBJECT) {
            for (int key = tape.first(root); key != tape.end(root); key = tape.next(tape.value(key))) {
                String name = tape.string(key);
                int value = tape.value(key);
                if (tape.kind(value) == JsonTape.ARRAY && (name.equals("data") || name.equals("models"))) {
                    from = copy(tape, value, from, fits, out);
                }
            }
        }
        out.write(json, from, length - from);
        return from == 0 ? null : out.toByteArray();
    }

    /** Copies the bytes up to the end of an array, without those of its models that do not fit; returns that end. */
    private static int copy(JsonTape tape, int array, int from, Predicate<String> fits, ByteArrayOutputStream out) {
        out.write(tape.bytes(), from, tape.start(array) - from);
        char before = '[';
        for (int item = tape.first(array); item != tape.end(array); item = tape.next(item)) {
            int id = tape.find(item, ID);
            int name = id == JsonTape.NONE ? tape.find(item, NAME) : id;
            String model = name != JsonTape.NONE && tape.kind(name) == JsonTape.STRING ? tape.string(name) : null;
            if (model != null && (fits.test(model) || fits.test(bare(model)))) {
                out.write(before);
                out.write(tape.bytes(), tape.start(item), tape.stop(item) - tape.start(item));
                before = ',';
            }
        }
        out.writeBytes((before == '[' ? "[]" : "]").getBytes(StandardCharsets.US_ASCII));
        return tape.stop(array);
    }
}
