package dev.stillgate.proxy.dialect.google;

import dev.stillgate.proxy.dialect.provider.PathMatch;
import dev.stillgate.proxy.dialect.request.CloudCall;
import dev.stillgate.proxy.dialect.request.CloudCall.Cloud;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Provider;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Paths of the Gemini API: {@code generateContent}, {@code streamGenerateContent} and {@code countTokens}, at Google AI
 * and at Vertex AI. The path contains the model. Paths of tuned models, embeddings, batches, files, caches and
 * interactions are unknown.
 */
final class GeminiPaths {
    private static final int LONGEST = 512;
    private static final String VERSION = "/v1";
    private static final String PUBLISHER = "publishers/google/";
    private static final Pattern CALL = Pattern.compile(VERSION + "(?:alpha|beta|beta1)?/"
            + "((?:projects/[A-Za-z0-9][A-Za-z0-9.:_-]{0,127}/locations/[a-z0-9-]{1,64}/)?" + PUBLISHER + ")?"
            + "models/([A-Za-z0-9][A-Za-z0-9._-]{0,127}(?:@[A-Za-z0-9._-]{1,64})?)"
            + ":(generateContent|streamGenerateContent|countTokens)");

    private GeminiPaths() {}

    /**
     * Returns the call of a method and path; null if it is unknown.
     *
     * @param path the path without the query
     */
    static @Nullable PathMatch match(String method, String path) {
        if (!method.equals("POST") || path.length() > LONGEST || !path.startsWith(VERSION)) {
            return null;
        }
        Matcher parts = CALL.matcher(path);
        if (!parts.matches()) {
            return null;
        }
        boolean counts = parts.group(3).equals("countTokens");
        boolean stream = parts.group(3).startsWith("stream");
        Cloud cloud = parts.group(1) == null ? Cloud.GEMINI : Cloud.VERTEX;
        return new PathMatch(
                Provider.GOOGLE,
                counts ? Operation.COUNT_CONTENT_TOKENS : Operation.GENERATE_CONTENT,
                new CloudCall(cloud, parts.group(2), stream));
    }

    /** Returns whether an unknown path looks like one of Google's APIs, whose clients expect its errors. */
    static boolean isLikely(String path) {
        return path.startsWith("/v1beta/") || path.startsWith("/v1alpha/") || path.contains("/" + PUBLISHER);
    }
}
