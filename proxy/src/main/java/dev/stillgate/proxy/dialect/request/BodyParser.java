package dev.stillgate.proxy.dialect.request;

import dev.stillgate.proxy.dialect.coding.MediaType;
import dev.stillgate.proxy.json.JsonTape;
import dev.stillgate.proxy.json.MalformedBody;
import dev.stillgate.proxy.json.NameCache;
import dev.stillgate.proxy.json.TextCache;
import dev.stillgate.spi.BodyView;
import org.jspecify.annotations.Nullable;

/** Parser and caches that the readers of request bodies share. Not thread-safe. */
public final class BodyParser {
    public final JsonTape tape = new JsonTape();
    public final NameCache models = new NameCache();
    final TextCache systems = new TextCache();

    /** Parses a body, which must be an object in JSON. */
    public void parse(@Nullable String contentType, byte[] buf, int off, int len) throws MalformedBody {
        if (!MediaType.isJson(contentType)) {
            throw new MalformedBody("content-type", "the body must be application/json", -1);
        }
        tape.parse(buf, off, len);
        if (tape.kind(tape.root()) != JsonTape.OBJECT) {
            throw new MalformedBody("json-syntax", "the body must be a JSON object", 0);
        }
    }

    /** Parses a body and sets a prompt to it. */
    public <C extends JsonChat> C read(C chat, @Nullable String contentType, byte[] buf, int off, int len)
            throws MalformedBody {
        parse(contentType, buf, off, len);
        chat.fields().check(tape, tape.root(), off);
        chat.at(tape, tape.root());
        return chat;
    }

    /** Returns a body that is not read. */
    public static BodyView unread(int length) {
        return length == 0 ? BodyView.None.INSTANCE : new BodyView.Opaque(length);
    }
}
