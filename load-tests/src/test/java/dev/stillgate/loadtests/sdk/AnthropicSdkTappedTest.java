package dev.stillgate.loadtests.sdk;

/** The contract through a gateway that edits the text of responses: stream deltas still add up to the whole text. */
class AnthropicSdkTappedTest extends AnthropicSdkContract {
    @Override
    protected Target open() {
        return GatewayTarget.open("filters: [{name: t, type: tapping}]\n");
    }
}
