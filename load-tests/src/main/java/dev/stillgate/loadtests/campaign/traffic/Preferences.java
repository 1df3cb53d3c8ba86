package dev.stillgate.loadtests.campaign.traffic;

import dev.stillgate.loadtests.api.RequestParameters;
import dev.stillgate.loadtests.api.Wire;
import dev.stillgate.loadtests.api.Wires;
import dev.stillgate.loadtests.random.Dice;

/**
 * Request parameters and model of an account. After a release, some accounts move to the new model after a random
 * delay.
 */
public final class Preferences {
    private static final int[] LIMITS = {256, 500, 512, 800, 1000, 1024, 1500, 2000, 2048, 4096, 8192};
    private static final double[] TEMPERATURES = {0, 0.1, 0.2, 0.3, 0.5, 0.7, 0.7, 0.8, 1};

    private final RequestParameters before;
    private final long moves;

    /**
     * Draws the preferences of an account.
     *
     * @param thinks probability of thinking
     * @param streams probability of streaming
     */
    public Preferences(Dice dice, World world, Wire wire, double thinks, double streams) {
        boolean limited = wire.equals(Wires.MESSAGES) || dice.chance(0.4);
        int limit = limited ? LIMITS[dice.below(LIMITS.length)] : 0;
        double temperature = dice.chance(0.55) ? -1 : TEMPERATURES[dice.below(TEMPERATURES.length)];
        String model = dice.chance(0.25) ? World.SMALL_MODEL : World.MODEL;
        boolean thinking = dice.chance(thinks);
        this.before = new RequestParameters(
                model, thinking ? 4096 : limit, thinking ? -1 : temperature, dice.chance(streams), thinking);
        this.moves =
                dice.chance(0.45) ? world.release() + (long) (25 * Location.DAY * dice.exponential()) : Long.MAX_VALUE;
    }

    /** Returns the parameters at a time. */
    public RequestParameters at(long time) {
        return time < moves ? before : before.withModel(World.NEW_MODEL);
    }
}
