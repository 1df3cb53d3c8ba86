package dev.stillgate.loadtests.sdk;

import dev.stillgate.loadtests.GatewayFiles;
import dev.stillgate.loadtests.stub.StubModel;
import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.gateway.Gateway;
import dev.stillgate.spi.Ticker;

/** A gateway with given filters in front of the stub. */
record GatewayTarget(StubModel stub, GatewayFiles files, Gateway gateway) implements Target {
    static GatewayTarget open(String filters) {
        return open("", filters);
    }

    static GatewayTarget open(String routeKeys, String filters) {
        StubModel stub = StubModel.start();
        GatewayFiles files = GatewayFiles.write(stub.baseUrl(), routeKeys, filters);
        try {
            return new GatewayTarget(stub, files, Gateway.start(files.config(), name -> null, Ticker.system()));
        } catch (ConfigException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String baseUrl() {
        return "http://127.0.0.1:" + gateway.addresses().getFirst().getPort();
    }

    @Override
    public void close() {
        gateway.close();
        files.close();
        stub.close();
    }
}
