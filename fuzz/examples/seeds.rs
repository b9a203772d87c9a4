//! Writes the seeds of every target into `fuzz/corpus/`, from where cargo-fuzz reads them.

use std::error::Error;
use std::fs;
use std::path::Path;

use rallypoint_fuzz::{TARGETS, seeds};

fn main() -> Result<(), Box<dyn Error>> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = package.parent().ok_or("the package lies in the folder of the library")?;
    for (target, _) in TARGETS {
        let folder = package.join("corpus").join(target);
        fs::create_dir_all(&folder)?;
        let seeds = seeds::seeds(root, target);
        for (number, seed) in seeds.iter().enumerate() {
            fs::write(folder.join(format!("seed-{number:03}")), seed)?;
        }
        println!("{target}: {} seeds", seeds.len());
    }
    Ok(())
}
