package dev.stillgate.testkit;

import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Provider;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Bodies as the engine would have parsed them. */
public final class FakeBody {
    private FakeBody() {}

    /** Returns a prompt of one user message; every other field is absent. */
    public static BodyView.Chat chat(String text) {
        return new OneMessage(text);
    }

    /** Returns a batch of so many prompts, each with its index as text. */
    public static BodyView.Batch batch(int size) {
        return new Numbered(size);
    }

    private record Numbered(int size) implements BodyView.Batch {
        @Override
        public BodyView.Chat item(int index) {
            if (index < 0 || index >= size) {
                throw new IndexOutOfBoundsException(index);
            }
            return new OneMessage(Integer.toString(index));
        }
    }

    private record OneMessage(String text) implements BodyView.Chat {
        @Override
        public Provider provider() {
            return Provider.ANTHROPIC;
        }

        @Override
        public String model() {
            return "model-1";
        }

        @Override
        public boolean stream() {
            return false;
        }

        @Override
        public boolean streamUsage() {
            return false;
        }

        @Override
        public long maxTokens() {
            return ABSENT;
        }

        @Override
        public long choices() {
            return 1;
        }

        @Override
        public boolean logprobs() {
            return false;
        }

        @Override
        public boolean structuredOutput() {
            return false;
        }

        @Override
        public boolean thinking() {
            return false;
        }

        @Override
        public boolean background() {
            return false;
        }

        @Override
        public double temperature() {
            return Double.NaN;
        }

        @Override
        public double topP() {
            return Double.NaN;
        }

        @Override
        public @Nullable String previousResponse() {
            return null;
        }

        @Override
        public @Nullable CharSequence system() {
            return null;
        }

        @Override
        public List<String> toolNames() {
            return List.of();
        }

        @Override
        public int messageCount() {
            return 1;
        }

        @Override
        public void parts(BodyView.PartVisitor visitor) {
            visitor.part(0, "user", BodyView.PartKind.TEXT, null, text);
        }

        @Override
        public int bytes() {
            return text.getBytes(StandardCharsets.UTF_8).length;
        }
    }
}
