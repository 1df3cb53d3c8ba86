package dev.stillgate.fingerprint;

import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.text.PromptFeatures;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/**
 * Simulated traffic of three days: 160 people who work in sessions, each with their own habits, and 40 accounts that
 * process one queue around the clock, each once an hour. All use the same client. Sorted by start.
 */
final class Crowd {
    static final int DEALT = 40;
    private static final int PEOPLE = 160;
    private static final int DAYS = 3;
    private static final long HOUR = 3_600_000;
    private final Random random;
    private final long start;
    private final List<Observation> all = new ArrayList<>();

    private Crowd(long start, long seed) {
        this.start = start;
        this.random = new Random(seed);
    }

    static List<Observation> of(long start, long seed) {
        Crowd crowd = new Crowd(start, seed);
        for (int a = 0; a < PEOPLE; a++) {
            crowd.person("person-" + a);
        }
        for (int a = 0; a < DEALT; a++) {
            crowd.dealt("dealt-" + a);
        }
        crowd.all.sort(Comparator.comparingLong(seen -> seen.start));
        return crowd.all;
    }

    private void person(String account) {
        double size = 4 + 4 * random.nextDouble();
        int wakeHour = random.nextInt(24);
        int sessions = 1 + random.nextInt(4);
        int length = 3 + random.nextInt(20);
        double pause = 20 + 400 * random.nextDouble();
        long network = random.nextLong();
        for (int day = 0; day < DAYS; day++) {
            for (int session = 0; session < sessions; session++) {
                double at = start + day * 24 * HOUR + (wakeHour + 10 * random.nextDouble()) * HOUR;
                for (int k = 0; k < length; k++) {
                    at += -Math.log(1 - random.nextDouble()) * pause * 1000;
                    Observation seen = add(account, (long) at, Math.exp(size + 1.2 * random.nextGaussian()));
                    seen.prompt.assistantTurns = k;
                    seen.network = network;
                }
            }
        }
    }

    /**
     * Five days of accounts that process one queue between two hours of the day.
     *
     * @param prefix prefix of the account ids
     * @param anHour exchanges an hour of each account
     * @param network network of all accounts, 0 for a new network with each exchange
     */
    static List<Observation> queue(long start, String prefix, int fromHour, int toHour, int anHour, long network) {
        Crowd crowd = new Crowd(start, 17);
        for (int a = 0; a < DEALT; a++) {
            for (int slot = 0; slot < 5 * 24 * anHour; slot++) {
                if (slot / anHour % 24 >= fromHour && slot / anHour % 24 < toHour) {
                    Observation seen = crowd.item(prefix + a, slot * HOUR / anHour, HOUR / anHour);
                    seen.network = network == 0 ? seen.network : network;
                }
            }
        }
        return crowd.all;
    }

    /**
     * Eight days of jobs with one template, started every six hours at a different minute for each account.
     *
     * @param prefix prefix of the account ids
     * @param own weight of an account's own topics in its prompts
     */
    static List<Observation> scheduled(long start, String prefix, double own) {
        Crowd crowd = new Crowd(start, 23);
        for (int a = 0; a < DEALT; a++) {
            double[] topics = crowd.random.doubles(PromptFeatures.TOPICS, -1, 1).toArray();
            long minute = a * 6 * HOUR / DEALT;
            for (int run = 0; run < 8 * 4; run++) {
                long at = run * 6 * HOUR + minute;
                for (int k = 0; k < 3; k++) {
                    crowd.fill(crowd.item(prefix + a, at, 20_000).prompt, topics, own);
                    at += 20_000 + crowd.random.nextLong(20_000);
                }
            }
        }
        return crowd.all;
    }

    private void fill(PromptFeatures prompt, double[] topics, double own) {
        prompt.system = 5L << 40;
        prompt.text = random.nextLong();
        double squares = 0;
        for (int d = 0; d < PromptFeatures.TOPICS; d++) {
            prompt.topic[d] = (float) (own * topics[d] + random.nextGaussian());
            squares += prompt.topic[d] * prompt.topic[d];
        }
        for (int d = 0; d < PromptFeatures.TOPICS; d++) {
            prompt.topic[d] /= (float) Math.sqrt(squares);
        }
    }

    private void dealt(String account) {
        for (long at = 0; at < DAYS * 24 * HOUR; at += HOUR) {
            item(account, at, HOUR).hosting = true;
        }
    }

    private Observation item(String account, long at, long within) {
        Observation seen =
                add(account, start + at + random.nextLong(within), Math.exp(6 + 0.1 * random.nextGaussian()));
        seen.network = random.nextLong();
        return seen;
    }

    private Observation add(String account, long at, double chars) {
        Observation seen = new Observation();
        seen.account = account;
        seen.keepsState = true;
        seen.start = at;
        seen.end = at + 1000;
        seen.answered = true;
        seen.client = 0x1234_5678_9abc_def1L;
        seen.outputTokens = (long) (chars / 3);
        seen.proseChars = seen.outputTokens * 4;
        PromptFeatures prompt = new PromptFeatures();
        prompt.newChars = (int) chars;
        prompt.analysedChars = (int) chars;
        seen.prompt = prompt;
        all.add(seen);
        return seen;
    }
}
