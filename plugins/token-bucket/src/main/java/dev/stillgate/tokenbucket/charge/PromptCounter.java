package dev.stillgate.tokenbucket.charge;

import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Operation;
import dev.stillgate.tokenbucket.policy.Charge;
import dev.stillgate.tokenbucket.policy.Price;
import dev.stillgate.tokenbucket.policy.TokenBucketPolicy;
import org.jspecify.annotations.Nullable;

/** Estimates the cost of a prompt before it is forwarded. */
public final class PromptCounter {
    private final @Nullable PublicTokenizers tokenizers;

    private PromptCounter(@Nullable PublicTokenizers tokenizers) {
        this.tokenizers = tokenizers;
    }

    public static PromptCounter of(TokenBucketPolicy.@Nullable PromptCount method) {
        return new PromptCounter(method == TokenBucketPolicy.PromptCount.TOKENIZER ? new PublicTokenizers() : null);
    }

    /** Puts the amounts of a prompt into a charge; an invalid {@code max_tokens} counts as unknown. */
    public void addPrompt(BodyView.Chat chat, Charge charge) {
        charge.modelName = chat.bareModel();
        charge.marksCache = chat.marksCache();
        charge.background = chat.background();
        charge.prepares = !chat.generates();
        charge.input = input(chat);
        charge.output = output(chat.maxTokens(), chat.choices());
    }

    /**
     * Puts the amounts of a batch into a charge: one request and the input of each prompt; output is charged with the
     * results. Every limit that counts one of its models counts the batch.
     */
    public void addBatch(BodyView.Batch batch, Charge charge) {
        charge.requests = Math.max(1, batch.size());
        charge.batch = true;
        charge.output = 0;
        for (int i = 0; i < batch.size(); i++) {
            BodyView.Chat chat = batch.item(i);
            charge.addBatchModel(chat.bareModel());
            charge.marksCache |= chat.marksCache();
            charge.input = Math.min(Price.MAX_AMOUNT, charge.input + input(chat));
        }
    }

    /**
     * Puts the amounts of an input into a charge. Images, and speech in events, have output tokens; embeddings,
     * moderations and other speech have none.
     */
    public void addInput(Operation operation, BodyView.Input input, Charge charge) {
        charge.convertsInput = true;
        charge.modelName = input.model();
        charge.input = Math.clamp(input.inputTokens(), 1, Price.MAX_AMOUNT);
        charge.hasOutput = operation == Operation.IMAGE_GENERATION || (operation == Operation.SPEECH && input.stream());
        charge.output = charge.hasOutput ? Charge.UNKNOWN : 0;
    }

    /** Puts the amounts of an upload that is not read into a charge: neither its model nor its tokens are known. */
    public void addUpload(Charge charge) {
        charge.convertsInput = true;
        charge.hasTokens = true;
        charge.output = Charge.UNKNOWN;
    }

    /**
     * Puts the amounts of a session into a charge. Its prompts are unknown, so it begins if any tokens are left.
     *
     * @param model the model of the session; null if unknown
     */
    public void addSession(@Nullable String model, Charge charge) {
        charge.session = true;
        charge.hasTokens = true;
        charge.modelName = model;
    }

    private long input(BodyView.Chat chat) {
        long counted = tokenizers == null ? PublicTokenizers.UNKNOWN : tokenizers.count(chat);
        return Math.clamp(counted == PublicTokenizers.UNKNOWN ? chat.inputTokens() : counted, 1, Price.MAX_AMOUNT);
    }

    static long output(long maxTokens, long choices) {
        if (maxTokens < 0) {
            return Charge.UNKNOWN;
        }
        long perChoice = Math.min(maxTokens, Price.MAX_AMOUNT);
        long count = Math.clamp(choices, 1, Price.MAX_AMOUNT);
        return perChoice > Price.MAX_AMOUNT / count ? Price.MAX_AMOUNT : perChoice * count;
    }
}
