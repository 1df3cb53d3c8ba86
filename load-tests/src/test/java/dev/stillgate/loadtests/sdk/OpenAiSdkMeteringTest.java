package dev.stillgate.loadtests.sdk;

import org.junit.jupiter.api.Tag;

/** The contract through a gateway that adds a request for usage. */
@Tag("slow")
class OpenAiSdkMeteringTest extends OpenAiSdkContract {
    @Override
    protected Target open() {
        return GatewayTarget.open("filters: [{name: meter, type: metering}]\n");
    }
}
