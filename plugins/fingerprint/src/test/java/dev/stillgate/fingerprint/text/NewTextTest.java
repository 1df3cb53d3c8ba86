package dev.stillgate.fingerprint.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.BodyView.PartKind;
import dev.stillgate.testkit.Conversation;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** New text of a prompt, compared with a plain implementation of its definition. */
class NewTextTest {
    private static final String[] ROLES = {"user", "assistant", "system", "tool"};
    private static final PartKind[] KINDS = {PartKind.TEXT, PartKind.TEXT, PartKind.TOOL_RESULT, PartKind.MEDIA};

    private record Part(String role, PartKind kind, String text) {
        boolean isAssistant() {
            return role.equals("assistant") && kind != PartKind.TOOL_RESULT;
        }

        boolean isOther() {
            return role.equals("system") && kind != PartKind.TOOL_RESULT;
        }
    }

    @Test
    void newTextIsTheUsersSinceTheLastAssistantTurn() {
        Random random = new Random(1);
        NewText reader = new NewText();
        for (int i = 0; i < 2_000; i++) {
            Conversation conversation = new Conversation();
            List<Part> parts = new ArrayList<>();
            int messages = random.nextInt(1, 40);
            for (int m = 0; m < messages; m++) {
                String role = ROLES[random.nextInt(10) < 8 ? random.nextInt(2) : random.nextInt(4)];
                PartKind kind = KINDS[random.nextInt(KINDS.length)];
                String[] texts = new String[random.nextInt(4)];
                for (int t = 0; t < texts.length; t++) {
                    texts[t] = "m" + m + "t" + t;
                    parts.add(new Part(role, kind, texts[t]));
                }
                conversation.message(role, kind, texts);
            }
            reader.read(conversation, true);
            assertThat(new String(reader.chars, 0, reader.length)).isEqualTo(String.join("\n", expected(parts)));
        }
    }

    private static List<String> expected(List<Part> parts) {
        List<Part> turns = new ArrayList<>(parts);
        turns.removeIf(Part::isOther);
        while (!turns.isEmpty() && turns.getLast().isAssistant()) {
            turns.removeLast();
        }
        int last = turns.size();
        while (last > 0 && !turns.get(last - 1).isAssistant()) {
            last--;
        }
        return turns.subList(last, turns.size()).stream()
                .filter(part -> part.role.equals("user") && part.kind == PartKind.TEXT)
                .map(Part::text)
                .toList();
    }
}
