package dev.stillgate.tokenbucket;

import dev.stillgate.spi.BodyView;
import org.jspecify.annotations.Nullable;

/** Reads from a prompt what it may cost. */
final class PromptCounter {
    private final @Nullable PublicTokenizers tokenizers;

    private PromptCounter(@Nullable PublicTokenizers tokenizers) {
        this.tokenizers = tokenizers;
    }

    static PromptCounter of(TokenBucketPolicy.@Nullable PromptCount how) {
        return new PromptCounter(how == TokenBucketPolicy.PromptCount.TOKENIZER ? new PublicTokenizers() : null);
    }

    /** Puts into the demand what a prompt asks for; what is no number of tokens that a model could be asked for is unknown. */
    void prompt(BodyView.Chat chat, Demand demand) {
        demand.modelName = chat.model();
        demand.marksCache = chat.marksCache();
        demand.background = chat.background();
        demand.input = input(chat);
        demand.output = output(chat.maxTokens(), chat.choices());
    }

    /**
     * Puts into the demand what a batch asks for: a request and the input of every prompt; its output comes later. A batch
     * of several models is counted by every limit that counts one of them.
     */
    void batch(BodyView.Batch batch, Demand demand) {
        demand.requests = Math.max(1, batch.size());
        demand.batch = true;
        demand.output = 0;
        for (int i = 0; i < batch.size(); i++) {
            BodyView.Chat chat = batch.item(i);
            demand.addBatchModel(chat.model());
            demand.marksCache |= chat.marksCache();
            demand.input = Math.min(Demand.MOST, demand.input + input(chat));
        }
    }

    private long input(BodyView.Chat chat) {
        long counted = tokenizers == null ? PublicTokenizers.UNKNOWN : tokenizers.count(chat);
        return Math.clamp(counted == PublicTokenizers.UNKNOWN ? chat.inputTokens() : counted, 1, Demand.MOST);
    }

    static long output(long maxTokens, long choices) {
        if (maxTokens < 0) {
            return Demand.UNKNOWN;
        }
        long each = Math.min(maxTokens, Demand.MOST);
        long count = Math.clamp(choices, 1, Demand.MOST);
        return each > Demand.MOST / count ? Demand.MOST : each * count;
    }
}
