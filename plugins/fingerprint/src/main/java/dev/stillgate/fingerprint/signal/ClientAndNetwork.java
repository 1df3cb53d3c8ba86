package dev.stillgate.fingerprint.signal;

import java.util.List;

/**
 * Where an account comes from and with which software: how many networks and clients it uses, how old it was when it was
 * first seen, and how much of it comes from hosting and anonymisers.
 */
public final class ClientAndNetwork implements Signal {
    @Override
    public String name() {
        return "client-and-network";
    }

    @Override
    public Family family() {
        return Family.NETWORK;
    }

    @Override
    public List<Trait> traits() {
        return List.of(
                new Trait("networks", 0.5, p -> Math.log(Math.max(1, p.networks()))),
                new Trait("age", 0.8, p -> Math.log1p(p.ageInDays())),
                new Trait("clients", 0.3, p -> Math.log(Math.max(1, p.clients()))),
                new Trait("hosted", 0.25, Profile::hosted));
    }

    @Override
    public List<SharedKey> keys() {
        return List.of(SharedKey.CLIENT);
    }
}
