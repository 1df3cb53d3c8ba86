package dev.stillgate.proxy.dialect;

import dev.stillgate.spi.BodyView.Chat;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Provider;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Prompts as a reader of requests reads them. */
final class Prompts {
    private Prompts() {}

    /** Reads a prompt that stands amid other bytes. */
    static Chat chat(RequestReader reader, Operation operation, String json) throws MalformedBody {
        byte[] body = ("##" + json + "##").getBytes(StandardCharsets.UTF_8);
        Provider provider = operation == Operation.MESSAGES ? Provider.ANTHROPIC : Provider.OPENAI;
        return (Chat) reader.read(operation, provider, "application/json", body, 2, body.length - 4);
    }

    /** Returns the parts of a prompt, a line each: message, role, kind, id, text. */
    static List<String> parts(Chat chat) {
        List<String> lines = new ArrayList<>();
        chat.parts((message, role, kind, id, text) ->
                lines.add(message + " " + role + " " + kind + " " + id + " " + text));
        return lines;
    }
}
