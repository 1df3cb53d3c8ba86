package dev.stillgate.proxy.dialect.request;

import org.jspecify.annotations.Nullable;

/**
 * The part of a request that the path of a cloud's API contains. On paths of Anthropic's models the body has the format
 * of Messages, except that it names its {@code anthropic_version} and no model. On those of Google's it has the format
 * of the Gemini API, which never names a model.
 *
 * @param cloud the cloud, or Google's own API
 * @param model the model in the path, decoded; null if the body names it
 * @param stream whether the path asks for a stream
 */
public record CloudCall(Cloud cloud, @Nullable String model, boolean stream) {
    private static final String MAKER = "anthropic.";
    private static final String PROFILE = ":application-inference-profile/";

    /** Returns whether a signature of the caller may cover the body, which must then be forwarded as it was sent. */
    public boolean isSigned() {
        return cloud.signs;
    }

    /**
     * Returns the model without what a cloud adds to its name: a region, the maker, the name of a resource. Null for
     * a path without a model, or with an application inference profile, whose name leaves the model open.
     */
    public @Nullable String bareModel() {
        String name = model;
        if (name == null || isProfile()) {
            return null;
        }
        int maker = cloud == Cloud.BEDROCK ? name.lastIndexOf(MAKER) : -1;
        return maker < 0 ? name : name.substring(maker + MAKER.length());
    }

    /** Returns whether the path names an application inference profile. */
    public boolean isProfile() {
        return cloud == Cloud.BEDROCK && model != null && model.contains(PROFILE);
    }

    /** An API whose paths name the model. */
    public enum Cloud {
        /** The Gemini API of Google AI. */
        GEMINI(null, false),
        /** Vertex AI of Google Cloud. */
        VERTEX("gcp.vertex_ai", false),
        /** Amazon Bedrock. */
        BEDROCK("aws.bedrock", true);

        /** The value of {@code gen_ai.provider.name} in OpenTelemetry's conventions; null for the provider's own. */
        public final @Nullable String genAi;

        private final boolean signs;

        Cloud(@Nullable String genAi, boolean signs) {
            this.genAi = genAi;
            this.signs = signs;
        }
    }
}
