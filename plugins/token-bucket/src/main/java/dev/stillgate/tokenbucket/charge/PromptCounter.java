package dev.stillgate.tokenbucket.charge;

import dev.stillgate.spi.BodyView;
import dev.stillgate.tokenbucket.policy.Charge;
import dev.stillgate.tokenbucket.policy.TokenBucketPolicy;
import org.jspecify.annotations.Nullable;

/** Reads from a prompt what it may cost. */
public final class PromptCounter {
    private final @Nullable PublicTokenizers tokenizers;

    private PromptCounter(@Nullable PublicTokenizers tokenizers) {
        this.tokenizers = tokenizers;
    }

    public static PromptCounter of(TokenBucketPolicy.@Nullable PromptCount how) {
        return new PromptCounter(how == TokenBucketPolicy.PromptCount.TOKENIZER ? new PublicTokenizers() : null);
    }

    /**
     * Puts into the demand what a prompt asks for; what is no number of tokens that a model could be asked for is
     * unknown.
     */
    public void prompt(BodyView.Chat chat, Charge charge) {
        charge.modelName = chat.model();
        charge.marksCache = chat.marksCache();
        charge.background = chat.background();
        charge.input = input(chat);
        charge.output = output(chat.maxTokens(), chat.choices());
    }

    /**
     * Puts into the demand what a batch asks for: a request and the input of every prompt; its output comes later. A
     * batch of several models is counted by every limit that counts one of them.
     */
    public void batch(BodyView.Batch batch, Charge charge) {
        charge.requests = Math.max(1, batch.size());
        charge.batch = true;
        charge.output = 0;
        for (int i = 0; i < batch.size(); i++) {
            BodyView.Chat chat = batch.item(i);
            charge.addBatchModel(chat.model());
            charge.marksCache |= chat.marksCache();
            charge.input = Math.min(Charge.MOST, charge.input + input(chat));
        }
    }

    private long input(BodyView.Chat chat) {
        long counted = tokenizers == null ? PublicTokenizers.UNKNOWN : tokenizers.count(chat);
        return Math.clamp(counted == PublicTokenizers.UNKNOWN ? chat.inputTokens() : counted, 1, Charge.MOST);
    }

    static long output(long maxTokens, long choices) {
        if (maxTokens < 0) {
            return Charge.UNKNOWN;
        }
        long each = Math.min(maxTokens, Charge.MOST);
        long count = Math.clamp(choices, 1, Charge.MOST);
        return each > Charge.MOST / count ? Charge.MOST : each * count;
    }
}
