package dev.stillgate.loadtests.sdk;

import dev.stillgate.loadtests.GatewayFiles;
import org.junit.jupiter.api.Tag;

/** The contract through a gateway with the filters geo-restriction and token-bucket. */
@Tag("slow")
class OpenAiSdkGatewayTest extends OpenAiSdkContract {
    @Override
    protected Target open() {
        return GatewayTarget.open(GatewayFiles.BOTH_PLUGINS);
    }
}
