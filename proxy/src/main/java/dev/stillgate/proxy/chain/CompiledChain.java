package dev.stillgate.proxy.chain;

/** A chain with what it holds beyond itself: state, background tasks and gauges. */
public final class CompiledChain implements PolicyLifecycle {
    private final FilterChain chain;
    private final StateRegistry.Session session;
    private final BackgroundRunner background;
    private final GaugeBoard.Draft gauges;

    CompiledChain(
            FilterChain chain, StateRegistry.Session session, BackgroundRunner background, GaugeBoard.Draft gauges) {
        this.chain = chain;
        this.session = session;
        this.background = background;
        this.gauges = gauges;
    }

    public FilterChain chain() {
        return chain;
    }

    @Override
    public void activate() {
        gauges.show();
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
