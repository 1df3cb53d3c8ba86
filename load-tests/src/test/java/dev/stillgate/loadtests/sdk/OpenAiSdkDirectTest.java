package dev.stillgate.loadtests.sdk;

/** The contract against the stub itself: what fails here is the stub's fault. */
class OpenAiSdkDirectTest extends OpenAiSdkContract {
    @Override
    protected Target open() {
        return Target.direct();
    }
}
