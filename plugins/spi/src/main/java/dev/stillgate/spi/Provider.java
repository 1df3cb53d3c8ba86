package dev.stillgate.spi;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A provider of model APIs, as far as filters must know it: how it counts tokens, and the form of its limits.
 *
 * @param name the value of {@code gen_ai.provider.name} in OpenTelemetry's conventions
 * @param rateFields its rate limit header fields; null for none
 * @param tooLong the sentence that its clients take for a prompt too long for the model, with the requested tokens, the
 *     limit and the limit's source as {@code %1$s} to {@code %3$s}; null for the wording of OpenAI, which others copy
 * @param countsCached whether the reported input contains the tokens read from or written to a cache
 * @param batchesFiles whether a batch is a file of requests, which may be the input of several batches
 * @param signsText whether signatures of thoughts cover the text too, so that changed text is rejected
 * @param citingTools hosted tools whose results a stream cites after the text, by positions
 */
public record Provider(
        String name,
        @Nullable RateFields rateFields,
        @Nullable String tooLong,
        boolean countsCached,
        boolean batchesFiles,
        boolean signsText,
        Set<String> citingTools) {
    public static final Provider ANTHROPIC = new Provider(
            "anthropic",
            RateFields.BY_MEASURE,
            "prompt is too long: %1$s tokens > %2$s maximum%3$s",
            false,
            false,
            true,
            Set.of());
    public static final Provider OPENAI =
            new Provider("openai", RateFields.BY_FIGURE, null, true, true, true, Set.of());
    public static final Provider GOOGLE = new Provider(
            "gcp.gemini",
            null,
            "The input token count (%1$s) exceeds the maximum number of tokens allowed (%2$s)%3$s.",
            true,
            false,
            false,
            Set.of(
                    "googleSearch",
                    "google_search",
                    "googleSearchRetrieval",
                    "google_search_retrieval",
                    "enterpriseWebSearch",
                    "enterprise_web_search",
                    "googleMaps",
                    "google_maps",
                    "retrieval",
                    "fileSearch",
                    "file_search"));

    /** Form of rate limit header fields. */
    public enum RateFields {
        /** A limit, remaining and reset field for each measure, whose name begins with the measure; times of day. */
        BY_MEASURE("anthropic-ratelimit-"),
        /** The same for requests and tokens, with the measure last; durations. */
        BY_FIGURE("x-ratelimit-");

        /** The prefix of the fields' names. */
        public final String prefix;

        RateFields(String prefix) {
            this.prefix = prefix;
        }
    }
}
