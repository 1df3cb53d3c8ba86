package dev.stillgate.loadtests.sdk;

/** The contract through a gateway that asks for usage where the caller does not. */
class OpenAiSdkMeteringTest extends OpenAiSdkContract {
    @Override
    protected Target open() {
        return GatewayTarget.open("filters: [{name: meter, type: metering}]\n");
    }
}
