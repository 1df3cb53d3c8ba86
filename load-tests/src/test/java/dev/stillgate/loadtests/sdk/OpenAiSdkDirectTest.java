package dev.stillgate.loadtests.sdk;

/** The contract against the stub without a gateway; failures are errors of the stub. */
class OpenAiSdkDirectTest extends OpenAiSdkContract {
    @Override
    protected Target open() {
        return Target.direct();
    }
}
