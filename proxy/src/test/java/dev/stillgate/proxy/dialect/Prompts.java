package dev.stillgate.proxy.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.json.MalformedBody;
import dev.stillgate.spi.BodyView.Chat;
import dev.stillgate.spi.BodyView.PartKind;
import dev.stillgate.spi.Operation;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Prompts parsed by a {@code RequestReader}. */
public final class Prompts {
    private Prompts() {}

    /** Parses a prompt that is surrounded by other bytes. */
    public static Chat chat(RequestReader reader, Operation operation, String json) throws MalformedBody {
        byte[] body = ("##" + json + "##").getBytes(StandardCharsets.UTF_8);
        return (Chat) reader.read(operation, "application/json", body, 2, body.length - 4);
    }

    /**
     * Returns the parts of a prompt as lines of message, role, kind, id and text. Asserts that a visit from any message
     * on gives the same parts.
     */
    public static List<String> parts(Chat chat) {
        List<String> all = new ArrayList<>();
        List<Integer> messages = new ArrayList<>();
        chat.parts((message, role, kind, id, text) -> {
            messages.add(message);
            return all.add(line(message, role, kind, id, text));
        });
        for (int first : new int[] {1, chat.messageCount() / 2, chat.messageCount() - 1, chat.messageCount()}) {
            List<String> later = new ArrayList<>();
            chat.parts(first, (message, role, kind, id, text) -> later.add(line(message, role, kind, id, text)));
            long before = messages.stream().filter(message -> message < first).count();
            assertThat(later).isEqualTo(all.subList((int) before, all.size()));
        }
        return all;
    }

    private static String line(int message, String role, PartKind kind, @Nullable String id, CharSequence text) {
        return message + " " + role + " " + kind + " " + id + " " + text;
    }
}
