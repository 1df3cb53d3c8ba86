package dev.stillgate.loadtests.campaign.traffic;

import static dev.stillgate.loadtests.campaign.traffic.Evasion.AGED;
import static dev.stillgate.loadtests.campaign.traffic.Evasion.CHURN;
import static dev.stillgate.loadtests.campaign.traffic.Evasion.COUNTRIES;
import static dev.stillgate.loadtests.campaign.traffic.Evasion.COVER;
import static dev.stillgate.loadtests.campaign.traffic.Evasion.DAYTIME;
import static dev.stillgate.loadtests.campaign.traffic.Evasion.FORGED;
import static dev.stillgate.loadtests.campaign.traffic.Evasion.HOMES;
import static dev.stillgate.loadtests.campaign.traffic.Evasion.LANGUAGES;
import static dev.stillgate.loadtests.campaign.traffic.Evasion.MODEL_JUMP;
import static dev.stillgate.loadtests.campaign.traffic.Evasion.OWN_TIMES;
import static dev.stillgate.loadtests.campaign.traffic.Evasion.PARAPHRASE;
import static dev.stillgate.loadtests.campaign.traffic.Evasion.PINNED;
import static dev.stillgate.loadtests.campaign.traffic.Evasion.RANDOM;
import static dev.stillgate.loadtests.campaign.traffic.Evasion.RELAYED;
import static dev.stillgate.loadtests.campaign.traffic.Evasion.SESSIONS;
import static dev.stillgate.loadtests.campaign.traffic.Evasion.STAGGERED;
import static dev.stillgate.loadtests.campaign.traffic.Evasion.TEMPLATE_CHANGE;
import static dev.stillgate.loadtests.campaign.traffic.Evasion.UNEVEN;

import java.util.List;

/**
 * A named set of campaigns, a number of honest accounts and a length in days.
 *
 * @param honest default number of honest accounts
 */
public record Scenario(String name, int days, int honest, List<CampaignPlan> campaigns) {
    // The four published campaigns, at the published rate per account but with a small part of the accounts.
    private static final CampaignPlan DEEPSEEK =
            CampaignPlan.of("deepseek", 80, 12, Work.REASONING, Work.GRADING, Work.REWRITE);
    private static final CampaignPlan MOONSHOT =
            CampaignPlan.of("moonshot", 20, 60, Work.TOOLS, Work.SCREEN).through(3);
    private static final CampaignPlan MINIMAX =
            CampaignPlan.of("minimax", 36, 36, Work.TOOLS).hiding(MODEL_JUMP).from(0.3);
    private static final CampaignPlan ALIBABA = CampaignPlan.of("alibaba", 80, 26.2, Work.TOOLS, Work.BARE);

    private static final List<Scenario> ALL = List.of(
            new Scenario("default", 14, 2100, defaults()),
            new Scenario("demo", 8, 150, demo()),
            new Scenario("honest-only", 30, 10_000, List.of()),
            new Scenario("rows", 14, 2000, List.of(DEEPSEEK, MOONSHOT, MINIMAX, ALIBABA)),
            new Scenario("unseen", 14, 2100, unseen()),
            new Scenario("haste", 14, 2100, haste()),
            new Scenario("throughput", 14, 2100, throughput()),
            new Scenario("evasive", 14, 2100, evasive()),
            new Scenario("relays", 14, 2100, relays()));

    private static List<CampaignPlan> defaults() {
        return List.of(
                DEEPSEEK,
                MOONSHOT,
                MINIMAX,
                ALIBABA.hiding(HOMES, DAYTIME),
                CampaignPlan.of("shards", 40, 20, Work.REASONING),
                CampaignPlan.of("graders", 20, 30, Work.GRADING),
                CampaignPlan.of("walk", 24, 20, Work.WALK),
                CampaignPlan.of("seeds", 50, 9, Work.INSTRUCTIONS).hiding(COVER, RANDOM, HOMES),
                CampaignPlan.of("paraphrase", 100, 8, Work.REASONING).hiding(PARAPHRASE, PINNED, HOMES, AGED),
                CampaignPlan.of("hydra", 400, 3, Work.BARE, Work.REASONING)
                        .hiding(COUNTRIES, STAGGERED, RANDOM, PARAPHRASE),
                CampaignPlan.of("bare", 60, 10, Work.BARE).hiding(FORGED, HOMES),
                CampaignPlan.of("babel", 40, 12, Work.REASONING).hiding(LANGUAGES, TEMPLATE_CHANGE, HOMES));
    }

    /** Three campaigns that ask for prose and begin on the first day, small enough for a laptop. */
    private static List<CampaignPlan> demo() {
        return List.of(
                CampaignPlan.of("rewriters", 60, 14, Work.REWRITE),
                CampaignPlan.of("passes", 40, 18, Work.RESPONSES),
                CampaignPlan.of("stage", 40, 15, Work.DIALOGUES));
    }

    private static List<CampaignPlan> unseen() {
        return List.of(
                CampaignPlan.of("passes", 36, 16, Work.RESPONSES),
                CampaignPlan.of("rewriters", 28, 14, Work.REWRITE),
                CampaignPlan.of("stage", 50, 10, Work.DIALOGUES),
                CampaignPlan.of("screens", 20, 60, Work.SCREEN),
                CampaignPlan.of("mixed", 90, 12, Work.REASONING, Work.INSTRUCTIONS, Work.GRADING)
                        .through(2),
                CampaignPlan.of("pinned-agents", 70, 24, Work.TOOLS).hiding(PINNED, HOMES, DAYTIME),
                CampaignPlan.of("sleepers", 160, 5, Work.GRADING).hiding(AGED, STAGGERED, HOMES, PARAPHRASE),
                CampaignPlan.of("covered-walk", 60, 8, Work.WALK).hiding(COVER, RANDOM, COUNTRIES),
                CampaignPlan.of("forgers", 44, 11, Work.INSTRUCTIONS).hiding(FORGED, TEMPLATE_CHANGE, COUNTRIES),
                CampaignPlan.of("crowd", 300, 4, Work.RESPONSES, Work.REASONING).hiding(STAGGERED, HOMES, DAYTIME),
                CampaignPlan.of("polyglots", 30, 15, Work.BARE).hiding(LANGUAGES, RANDOM, HOMES),
                CampaignPlan.of("jumpers", 24, 22, Work.BARE).hiding(MODEL_JUMP));
    }

    /** Plans of an author who knew the names of works and evasions only: twelve actors, half of them in haste. */
    private static List<CampaignPlan> haste() {
        return List.of(
                CampaignPlan.of("weekend-smash", 220, 58, Work.REASONING, Work.BARE)
                        .from(0.55),
                CampaignPlan.of("slow-orchard", 36, 6, Work.DIALOGUES, Work.REWRITE)
                        .hiding(HOMES, AGED, OWN_TIMES, SESSIONS, COVER, UNEVEN),
                CampaignPlan.of("judge-farm", 90, 34, Work.GRADING).hiding(HOMES, RANDOM, PARAPHRASE),
                CampaignPlan.of("release-day", 140, 42, Work.REASONING, Work.TOOLS)
                        .hiding(MODEL_JUMP, STAGGERED, COUNTRIES),
                CampaignPlan.of("borrowed-keys", 60, 22, Work.RESPONSES, Work.GRADING)
                        .hiding(RELAYED, UNEVEN, FORGED),
                CampaignPlan.of("curriculum", 75, 18, Work.WALK, Work.INSTRUCTIONS, Work.RESPONSES, Work.GRADING)
                        .hiding(HOMES, DAYTIME, PINNED, TEMPLATE_CHANGE),
                CampaignPlan.of("burner-wheel", 310, 12, Work.INSTRUCTIONS, Work.REWRITE)
                        .hiding(HOMES, CHURN, COUNTRIES, RANDOM, LANGUAGES),
                CampaignPlan.of("desk-clerks", 28, 40, Work.SCREEN, Work.TOOLS).hiding(DAYTIME, SESSIONS, FORGED, AGED),
                CampaignPlan.of("thin-spread", 400, 3, Work.REASONING, Work.BARE, Work.DIALOGUES)
                        .hiding(HOMES, COUNTRIES, AGED, OWN_TIMES, RANDOM, PARAPHRASE, LANGUAGES),
                CampaignPlan.of("lab-intern", 20, 50, Work.WALK, Work.BARE),
                CampaignPlan.of("patient-agent", 110, 9, Work.TOOLS, Work.SCREEN, Work.REASONING)
                        .hiding(RELAYED, COVER, SESSIONS, STAGGERED, TEMPLATE_CHANGE, FORGED)
                        .from(0.1),
                CampaignPlan.of("late-polyglot", 160, 26, Work.REWRITE, Work.RESPONSES)
                        .hiding(LANGUAGES, PARAPHRASE, CHURN, DAYTIME)
                        .from(0.35));
    }

    /** Plans of a second such author: a laboratory that wants throughput first. */
    private static List<CampaignPlan> throughput() {
        return List.of(
                CampaignPlan.of("flat-out-queue", 120, 55, Work.REASONING, Work.INSTRUCTIONS)
                        .hiding(RANDOM),
                CampaignPlan.of("proxy-pool-agents", 80, 30, Work.TOOLS).hiding(HOMES, COUNTRIES, RANDOM),
                CampaignPlan.of("bare-sweep", 260, 40, Work.BARE).hiding(HOMES, CHURN),
                CampaignPlan.of("topic-tree-shards", 60, 45, Work.WALK, Work.INSTRUCTIONS)
                        .hiding(PINNED, TEMPLATE_CHANGE),
                CampaignPlan.of("best-of-n", 150, 48, Work.RESPONSES, Work.GRADING)
                        .hiding(RANDOM, HOMES),
                CampaignPlan.of("judge-farm", 45, 25, Work.GRADING).hiding(STAGGERED, DAYTIME),
                CampaignPlan.of("reseller-mix", 320, 12, Work.REASONING, Work.TOOLS, Work.REWRITE)
                        .hiding(RELAYED, COVER, UNEVEN),
                CampaignPlan.of("screen-lab", 35, 20, Work.SCREEN, Work.TOOLS).hiding(DAYTIME, SESSIONS, FORGED),
                CampaignPlan.of("chat-corpus", 200, 18, Work.DIALOGUES, Work.REWRITE)
                        .hiding(HOMES, COUNTRIES, LANGUAGES, OWN_TIMES),
                CampaignPlan.of("slow-and-quiet", 400, 3, Work.REASONING)
                        .hiding(HOMES, AGED, STAGGERED, OWN_TIMES, COVER, PARAPHRASE, UNEVEN),
                CampaignPlan.of("launch-day-pivot", 100, 35, Work.REASONING, Work.TOOLS, Work.DIALOGUES)
                        .hiding(HOMES, MODEL_JUMP, TEMPLATE_CHANGE)
                        .from(0.4),
                CampaignPlan.of("patient-curriculum", 180, 7, Work.INSTRUCTIONS, Work.REASONING, Work.GRADING)
                        .hiding(AGED, HOMES, PARAPHRASE, SESSIONS, PINNED, COVER)
                        .from(0.15));
    }

    /**
     * Campaigns that do not distribute single items evenly. The first six are for development, the others only for
     * evaluation.
     */
    private static List<CampaignPlan> evasive() {
        return List.of(
                CampaignPlan.of("shifts", 40, 15, Work.REASONING).hiding(SESSIONS, HOMES),
                CampaignPlan.of("moods", 50, 12, Work.BARE).hiding(OWN_TIMES, HOMES),
                CampaignPlan.of("nomads", 40, 15, Work.INSTRUCTIONS).hiding(CHURN),
                CampaignPlan.of("lottery", 60, 10, Work.GRADING).hiding(UNEVEN, HOMES),
                CampaignPlan.of("trickle", 200, 2, Work.REASONING).hiding(HOMES, DAYTIME),
                CampaignPlan.of("tenants", 50, 14, Work.TOOLS).hiding(OWN_TIMES, PINNED, HOMES),
                CampaignPlan.of("relay", 60, 10, Work.GRADING).hiding(SESSIONS, CHURN, DAYTIME, COUNTRIES),
                CampaignPlan.of("hobbies", 80, 8, Work.REWRITE).hiding(OWN_TIMES, COVER, HOMES),
                CampaignPlan.of("mayflies", 60, 12, Work.BARE).hiding(CHURN, UNEVEN, HOMES),
                CampaignPlan.of("tombola", 90, 9, Work.INSTRUCTIONS, Work.REASONING)
                        .hiding(UNEVEN, RANDOM, FORGED),
                CampaignPlan.of("drizzle", 300, 2.5, Work.DIALOGUES).hiding(AGED, HOMES),
                CampaignPlan.of("choir", 36, 12, Work.REASONING).hiding(LANGUAGES, OWN_TIMES, HOMES));
    }

    /** Campaigns through relays, which resell accounts to several people. */
    private static List<CampaignPlan> relays() {
        return List.of(
                CampaignPlan.of("resold-questions", 40, 20, Work.BARE).hiding(RELAYED),
                CampaignPlan.of("resold-problems", 40, 15, Work.REASONING, Work.GRADING)
                        .hiding(RELAYED, HOMES),
                CampaignPlan.of("resold-agents", 30, 30, Work.TOOLS).hiding(RELAYED, DAYTIME));
    }

    /** Returns a scenario by its name; throws {@link IllegalArgumentException} for an unknown one. */
    public static Scenario named(String name) {
        return ALL.stream()
                .filter(scenario -> scenario.name.equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown scenario " + name + "; expected one of "
                        + ALL.stream().map(Scenario::name).toList()));
    }

    public static List<Scenario> all() {
        return ALL;
    }
}
