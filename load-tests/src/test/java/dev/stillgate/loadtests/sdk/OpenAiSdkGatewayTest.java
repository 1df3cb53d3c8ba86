package dev.stillgate.loadtests.sdk;

import dev.stillgate.loadtests.GatewayFiles;

/** The contract through a gateway with the filters geo-restriction and token-bucket. */
class OpenAiSdkGatewayTest extends OpenAiSdkContract {
    @Override
    protected Target open() {
        return GatewayTarget.open(GatewayFiles.BOTH_PLUGINS);
    }
}
