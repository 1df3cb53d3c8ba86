package dev.stillgate.loadtests.sdk;

/** The contract through a gateway that changes the prose of every answer: what is streamed still adds up to the whole. */
class OpenAiSdkTappedTest extends OpenAiSdkContract {
    @Override
    protected Target open() {
        return GatewayTarget.open("filters: [{name: t, type: tapping}]\n");
    }
}
