package dev.stillgate.proxy.dialect.anthropic;

import dev.stillgate.proxy.dialect.provider.PathMatch;
import dev.stillgate.proxy.dialect.request.CloudCall;
import dev.stillgate.proxy.dialect.request.CloudCall.Cloud;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Provider;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Paths by which clouds offer Anthropic's models: {@code rawPredict} and {@code streamRawPredict} of Vertex AI, {@code
 * invoke} and {@code invoke-with-response-stream} of Amazon Bedrock. The path contains the model. Models of other makers
 * have other bodies, so their paths are unknown.
 *
 * <p>An application inference profile of Bedrock does not say in its name whose model it is. Its body is read as
 * Messages, and rejected if it is something else, because it then lacks Anthropic's version.
 */
final class CloudPaths {
    private static final int LONGEST = 512;
    private static final String VERTEX_PREFIX = "/v1/projects/";
    private static final String BEDROCK_PREFIX = "/model/";
    private static final String COUNT_TOKENS = "count-tokens";

    private static final Pattern VERTEX = Pattern.compile(VERTEX_PREFIX
            + "[A-Za-z0-9][A-Za-z0-9.:_-]{0,127}/locations/[a-z0-9-]{1,64}/publishers/anthropic/models/"
            + "([A-Za-z0-9][A-Za-z0-9._-]{0,127}(?:(?:@|%40)[A-Za-z0-9._-]{1,64})?):(rawPredict|streamRawPredict)");

    private static final String COLON = "(?::|%3[Aa])";
    private static final String MODEL = "(?:[a-z][a-z-]{1,15}\\.)?anthropic\\.(?:[A-Za-z0-9._-]|" + COLON + "){1,128}";

    /** Resources whose id follows a slash, which is part of the segment and therefore escaped. */
    private static final String ARN = "arn" + COLON + "aws[a-z-]{0,16}" + COLON + "bedrock" + COLON + "[a-z0-9-]{0,32}"
            + COLON + "[0-9]{0,12}" + COLON + "(?:(?:inference-profile|foundation-model)%2[Ff]" + MODEL
            + "|application-inference-profile%2[Ff][A-Za-z0-9]{1,64})";

    private static final Pattern BEDROCK =
            Pattern.compile(BEDROCK_PREFIX + "(" + MODEL + "|" + ARN + ")/invoke(-with-response-stream)?");

    private CloudPaths() {}

    /**
     * Returns the call of a method and path; null if it is unknown.
     *
     * @param path the path without the query
     */
    static @Nullable PathMatch match(String method, String path) {
        if (!method.equals("POST") || path.length() > LONGEST) {
            return null;
        }
        if (path.startsWith(VERTEX_PREFIX)) {
            return vertex(path);
        }
        return path.startsWith(BEDROCK_PREFIX) ? bedrock(path) : null;
    }

    /**
     * Returns whether a path is known and names a resource of Bedrock, in whose name an escaped slash is allowed. Such
     * a path contains no dot segment behind the slash.
     *
     * @param path the path without the query
     */
    static boolean isResource(String path) {
        return path.startsWith(BEDROCK_PREFIX + "arn") && match("POST", path) != null;
    }

    /**
     * Returns the cloud whose clients use a path, known or not, so that they can read errors; null for other paths.
     *
     * @param path the path without the query
     */
    static @Nullable Cloud likely(String path) {
        if (path.startsWith(BEDROCK_PREFIX)) {
            return Cloud.BEDROCK;
        }
        return path.startsWith(VERTEX_PREFIX) ? Cloud.VERTEX : null;
    }

    private static @Nullable PathMatch vertex(String path) {
        Matcher parts = VERTEX.matcher(path);
        if (!parts.matches()) {
            return null;
        }
        boolean stream = parts.group(2).equals("streamRawPredict");
        String model = decoded(parts.group(1));
        if (!model.equals(COUNT_TOKENS)) {
            return call(Operation.MESSAGES, new CloudCall(Cloud.VERTEX, model, stream));
        }
        return stream ? null : call(Operation.COUNT_TOKENS, new CloudCall(Cloud.VERTEX, null, false));
    }

    private static @Nullable PathMatch bedrock(String path) {
        Matcher parts = BEDROCK.matcher(path);
        if (!parts.matches()) {
            return null;
        }
        boolean stream = parts.group(2) != null;
        return call(Operation.MESSAGES, new CloudCall(Cloud.BEDROCK, decoded(parts.group(1)), stream));
    }

    private static PathMatch call(Operation operation, CloudCall cloud) {
        return new PathMatch(Provider.ANTHROPIC, operation, cloud);
    }

    /** Returns a model without the escapes that the patterns allow. */
    private static String decoded(String model) {
        return model.replace("%40", "@")
                .replace("%3A", ":")
                .replace("%3a", ":")
                .replace("%2F", "/")
                .replace("%2f", "/");
    }
}
