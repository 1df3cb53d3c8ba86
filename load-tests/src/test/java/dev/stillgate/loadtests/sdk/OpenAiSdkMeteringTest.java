package dev.stillgate.loadtests.sdk;

/** The contract through a gateway that adds a request for usage. */
class OpenAiSdkMeteringTest extends OpenAiSdkContract {
    @Override
    protected Target open() {
        return GatewayTarget.open("filters: [{name: meter, type: metering}]\n");
    }
}
