package dev.stillgate.proxy.backtest;

/**
 * Source code of a filter that follows the {@code x-do} header field of a request: {@code reject}, {@code limit} and
 * {@code standing} (refusals for a limit and a standing), {@code mark} (at each {@code word}), {@code set ACCOUNT
 * STANDING} or {@code clear ACCOUNT}, effective in the next second. The events it saw are, in order, the reasons of its
 * only cluster.
 */
public final class ScriptedFilter {
    /** The body of its factory's {@code create}. */
    public static final String SOURCE = """
            java.util.List<String> trace = new java.util.ArrayList<>();
            java.util.Map<String, Standing> standings = new java.util.TreeMap<>();
            java.util.Map<String, Standing> wanted = new java.util.TreeMap<>();
            StandingsPublisher publisher = context.publisher();
            Slot<String> slot = context.slot("trial", String.class);
            trace.add("made@" + context.ticker().millis() % 100000 + " "
                    + java.util.HexFormat.of().formatHex(context.secret("p"), 0, 4) + " "
                    + context.contextHashes().ofId("x") + " " + context.stateDirectory());
            context.background().every(java.time.Duration.ofSeconds(1), () -> {
                if (!wanted.isEmpty()) {
                    trace.add("tick@" + context.ticker().millis() % 100000);
                    standings.putAll(wanted);
                    wanted.clear();
                    publisher.publish(standings);
                }
            });
            context.adminView("accounts", id -> standings.containsKey(id)
                    ? java.util.Map.of("evidence", 4.5, "cluster", "c1", "reasons", java.util.List.of("trial"))
                    : null);
            record Cluster(String id, java.util.Set<String> accounts, long since, java.util.List<String> reasons) {}
            context.adminView("clusters", new AdminView() {
                public Object of(String id) { return null; }
                public Object all() {
                    return java.util.List.of(new Cluster("c1", standings.keySet(), 5, trace));
                }
            });
            final class Trial implements ConnectionFilter, RequestFilter, BodyFilter, ResponseFilter, CompletionFilter {
                public boolean accept(ConnectionFacts peer) {
                    trace.add("connection " + peer.id() + " " + peer.http() + " " + peer.ja4());
                    return !"bad".equals(peer.ja4());
                }
                public Verdict onRequest(Exchange x) {
                    trace.add("request " + x.account().id() + "@" + x.startMillis() % 100000 + " "
                            + context.standings().of(x.account()) + " " + x.account().trust() + " "
                            + x.connection().id() + " " + x.operation());
                    String what = x.headers().first("X-Do");
                    x.set(slot, what == null ? "" : what);
                    if (what == null) {
                        return Verdict.ALLOW;
                    }
                    for (String step : what.split(";")) {
                        String[] words = step.split(" ");
                        if (words[0].equals("set")) {
                            wanted.put(words[1], Standing.valueOf(words[2]));
                        } else if (words[0].equals("clear")) {
                            wanted.put(words[1], Standing.CLEAR);
                        } else if (words[0].equals("reject")) {
                            return new Verdict.Reject(Verdict.Kind.BLOCKED, "trial", "No.");
                        } else if (words[0].equals("limit")) {
                            return new Verdict.Reject(Verdict.Kind.RATE_LIMITED, "limit-x", "Later.");
                        } else if (words[0].equals("standing")) {
                            return new Verdict.Reject(Verdict.Kind.BLOCKED, "standing-path", "No.");
                        }
                    }
                    return Verdict.ALLOW;
                }
                public Verdict onBody(Exchange x, BodyView body) {
                    if (body instanceof BodyView.Chat chat) {
                        chat.parts((message, role, kind, id, text) -> trace.add("text " + text));
                    } else {
                        trace.add("body " + body.getClass().getSimpleName());
                    }
                    return Verdict.ALLOW;
                }
                public ResponseTap onResponse(Exchange x, ResponseHead head) {
                    trace.add("head " + head.status() + " " + head.headers().first("content-type") + " "
                            + x.answerId());
                    return x.get(slot).contains("mark") ? new Marking() : ResponseTap.NONE;
                }
                final class Marking implements ResponseTap.Prose {
                    private int sites;
                    public Block onBlock(int index) {
                        return new Block() {
                            public CharSequence onText(CharSequence delta) {
                                sites += delta.toString().contains("word") ? 1 : 0;
                                return delta;
                            }
                            public CharSequence onEnd() { return ""; }
                            public int held() { return 0; }
                        };
                    }
                    public Block onRepeat(int index) { return onBlock(index); }
                    public void onResponse(String id, boolean delivered) { trace.add("tapped " + id); }
                    public Release onEnd() { trace.add("end"); return new Release.Hold(); }
                    public int sites() { return sites; }
                }
                public boolean readsResponse() { return true; }
                public void onComplete(Exchange x, Outcome o) {
                    ResponseFacts facts = x.responseFacts();
                    if (facts.hashCount() > 0) {
                        trace.add("answer " + facts.proseChars() + " " + facts.hashCount() + " "
                                + (facts.hash(0) == context.contextHashes().ofText("word ".repeat(20))));
                    }
                    if (x.isMarked()) {
                        trace.add("marked " + x.answerId());
                    }
                    trace.add("complete " + x.account().id() + "@" + context.ticker().millis() % 100000 + " "
                            + o.getClass().getSimpleName() + " " + o.status() + " " + o.usage().output() + " "
                            + o.bytes() + " " + x.answerId());
                }
            }
            return new Trial();""";

    private ScriptedFilter() {}
}
