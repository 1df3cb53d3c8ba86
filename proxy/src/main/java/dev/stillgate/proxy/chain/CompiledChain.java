package dev.stillgate.proxy.chain;

import dev.stillgate.proxy.chain.ActivePolicy.PolicyLifecycle;

/** A filter chain with the resources of its policy: filter state, background tasks, gauges and standings. */
public final class CompiledChain implements PolicyLifecycle {
    private final FilterChain chain;
    private final StateRegistry.Session session;
    private final BackgroundRunner background;
    private final GaugeBoard.Draft gauges;
    private final StandingsBoard standings;

    CompiledChain(
            FilterChain chain,
            StateRegistry.Session session,
            BackgroundRunner background,
            GaugeBoard.Draft gauges,
            StandingsBoard standings) {
        this.chain = chain;
        this.session = session;
        this.background = background;
        this.gauges = gauges;
        this.standings = standings;
    }

    public FilterChain chain() {
        return chain;
    }

    @Override
    public void activate() {
        gauges.show();
        standings.enforce(chain.enforcing(), chain.names());
        background.start();
    }

    @Override
    public void retire() {
        background.stop();
        gauges.takeOff();
    }

    @Override
    public void close() {
        retire();
        session.close();
    }
}
