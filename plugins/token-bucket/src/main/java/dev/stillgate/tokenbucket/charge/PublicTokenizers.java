package dev.stillgate.tokenbucket.charge;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.BodyView.PartKind;
import dev.stillgate.spi.Provider;
import org.jspecify.annotations.Nullable;

/**
 * Counts prompts of OpenAI's models with the public tokenizers (o200k_base, cl100k_base). Three tokens are added for
 * each message and three for the start of the response, as OpenAI documents.
 *
 * <p>The estimate is used instead for prompts with tools or media and for other models, because their tokenization is
 * not public. It is also used for prompts of more than {@value #MAX_LENGTH} characters, which would block an event loop
 * for milliseconds.
 */
final class PublicTokenizers {
    /** The result for a prompt that must be estimated. */
    static final long UNKNOWN = -1;

    static final int MAX_LENGTH = 32_768;

    private static final int PER_MESSAGE = 3;
    private static final int PER_RESPONSE = 3;
    private static final String[] O200K = {"gpt-4o", "gpt-4.1", "gpt-4.5", "gpt-5", "chatgpt-4o", "o1", "o3", "o4"};
    private static final String[] CL100K = {"gpt-4", "gpt-3.5"};

    private final Encoding o200k;
    private final Encoding cl100k;

    PublicTokenizers() {
        var registry = Encodings.newLazyEncodingRegistry();
        this.o200k = registry.getEncoding(EncodingType.O200K_BASE);
        this.cl100k = registry.getEncoding(EncodingType.CL100K_BASE);
    }

    /** Returns the tokens of a prompt, or {@link #UNKNOWN}. */
    long count(BodyView.Chat chat) {
        Encoding encoding = chat.provider().equals(Provider.OPENAI) ? encoding(chat.model()) : null;
        if (encoding == null
                || chat.bytes() > 4 * MAX_LENGTH
                || chat.previousResponse() != null
                || !chat.toolNames().isEmpty()) {
            return UNKNOWN;
        }
        Count count = new Count(encoding);
        chat.parts(count);
        CharSequence system = chat.system();
        if (system != null && !count.hasSystem) {
            count.add(system);
        }
        return count.isCountable ? count.tokens + (long) PER_MESSAGE * chat.messageCount() + PER_RESPONSE : UNKNOWN;
    }

    /** Sums the tokens of a prompt's parts, up to the first part that must be estimated. */
    private static final class Count implements BodyView.PartVisitor {
        private final Encoding encoding;
        private long tokens;
        private long length;
        private boolean hasSystem;
        private boolean isCountable = true;

        private Count(Encoding encoding) {
            this.encoding = encoding;
        }

        @Override
        public boolean part(int message, String role, PartKind kind, @Nullable String id, CharSequence text) {
            hasSystem |= role.equals("system") || role.equals("developer");
            isCountable &= kind != PartKind.MEDIA && kind != PartKind.OTHER;
            add(text);
            return isCountable;
        }

        private void add(CharSequence text) {
            length += text.length();
            isCountable &= length <= MAX_LENGTH;
            if (isCountable) {
                tokens += encoding.countTokensOrdinary(text.toString());
            }
        }
    }

    private @Nullable Encoding encoding(@Nullable String model) {
        if (hasPrefix(model, O200K)) {
            return o200k;
        }
        return hasPrefix(model, CL100K) ? cl100k : null;
    }

    private static boolean hasPrefix(@Nullable String model, String... prefixes) {
        for (String prefix : prefixes) {
            if (model != null && model.startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }
}
