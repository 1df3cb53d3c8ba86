package dev.stillgate.proxy.dialect.google;

import dev.stillgate.proxy.json.JsonName;
import dev.stillgate.proxy.json.JsonTape;
import dev.stillgate.proxy.json.MalformedBody;
import java.util.List;

/** The two spellings in which the Gemini API accepts a key (Protocol Buffers, "ProtoJSON Format"). Immutable. */
final class Spellings {
    private final JsonName camelCase;
    private final JsonName snakeCase;
    private final boolean differ;

    Spellings(String camelCase, String snakeCase) {
        this.camelCase = new JsonName(camelCase);
        this.snakeCase = new JsonName(snakeCase);
        this.differ = !camelCase.equals(snakeCase);
    }

    String camel() {
        return camelCase.text;
    }

    String snake() {
        return snakeCase.text;
    }

    /** Returns whether a key has one of the spellings. */
    boolean is(JsonTape tape, int key) {
        return tape.is(key, camelCase) || tape.is(key, snakeCase);
    }

    /** Returns the value of the key in an object; {@link JsonTape#NONE} if object or key is absent. */
    int in(JsonTape tape, int object) {
        int value = tape.find(object, camelCase);
        return value == JsonTape.NONE && differ ? tape.find(object, snakeCase) : value;
    }

    /**
     * Rejects an object with both spellings of a key.
     *
     * @param object may be {@link JsonTape#NONE}
     */
    static void requireOne(JsonTape tape, int object, List<Spellings> keys) throws MalformedBody {
        for (Spellings key : keys) {
            if (key.differ
                    && tape.find(object, key.camelCase) != JsonTape.NONE
                    && tape.find(object, key.snakeCase) != JsonTape.NONE) {
                throw new MalformedBody("json-key-twice", key.camel() + " is given in both spellings", 0);
            }
        }
    }
}
