package dev.stillgate.loadtests.sdk;

import dev.stillgate.loadtests.GatewayFiles;

/** The contract through a gateway that enforces both plugins. */
class AnthropicSdkGatewayTest extends AnthropicSdkContract {
    @Override
    protected Target open() {
        return GatewayTarget.open(GatewayFiles.BOTH_PLUGINS);
    }
}
