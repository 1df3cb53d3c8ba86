package dev.stillgate.proxy.dialect;

import org.jspecify.annotations.Nullable;

/**
 * The part of a Messages request that the path of a cloud's API contains. The body has the format of Messages, except
 * that it names its {@code anthropic_version} and no model.
 *
 * @param cloud the cloud
 * @param model the model in the path, decoded; null if the body names it
 * @param stream whether the path asks for a stream
 */
public record CloudCall(Cloud cloud, @Nullable String model, boolean stream) {
    /** Returns whether a signature of the caller may cover the body, which must then be forwarded as it was sent. */
    public boolean isSigned() {
        return cloud == Cloud.BEDROCK;
    }

    /** A cloud that offers Anthropic's models by paths of its own. */
    public enum Cloud {
        /** Vertex AI of Google Cloud. */
        VERTEX,
        /** Amazon Bedrock. */
        BEDROCK
    }
}
