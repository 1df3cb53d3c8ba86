package dev.stillgate.loadtests.sdk;

import org.junit.jupiter.api.Tag;

/** The contract through a gateway that edits the text of responses: stream deltas still add up to the whole text. */
@Tag("slow")
class AnthropicSdkTappedTest extends AnthropicSdkContract {
    @Override
    protected Target open() {
        return GatewayTarget.open("filters: [{name: t, type: tapping}]\n");
    }
}
