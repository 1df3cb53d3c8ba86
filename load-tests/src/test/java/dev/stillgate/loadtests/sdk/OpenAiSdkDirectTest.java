package dev.stillgate.loadtests.sdk;

import org.junit.jupiter.api.Tag;

/** The contract against the stub without a gateway; failures are errors of the stub. */
@Tag("slow")
class OpenAiSdkDirectTest extends OpenAiSdkContract {
    @Override
    protected Target open() {
        return Target.direct();
    }
}
